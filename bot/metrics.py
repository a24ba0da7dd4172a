"""What Prometheus is told (GET /metrics). The names are public: dashboards are built on them."""

from prometheus_client import Counter, Gauge, Histogram

INBOUND = Counter("carebot_inbound", "Updates stored, by channel and kind.", ["channel", "kind"])
TURNS = Counter("carebot_turns", "Turns finished, by outcome.", ["outcome"])
TURN_SECONDS = Histogram(
    "carebot_turn_seconds",
    "From the moment a turn may begin to its words committed.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SENDS = Counter("carebot_sends", "Outgoing messages by the state they reached.", ["state"])
QUEUE_OLDEST = Gauge("carebot_queue_oldest_seconds", "Age of the oldest waiting row, by queue.", ["queue"])
UNKNOWN_SENDS = Gauge("carebot_unknown_sends", "Messages that may or may not have arrived and wait for a person.")
RASA_UP = Gauge("carebot_rasa_up", "1 when nlu answers.")
