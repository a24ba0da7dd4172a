"""Serves a model: `python server.py --model FILE --port 5005`. Rasa's HTTP API and POST /decide, on loopback.

The port opens when the model is loaded: whoever can connect gets answers.
"""

import argparse
import logging
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# One thread is fastest for one short message, and the second core belongs to the app.
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
SWITCH_SECONDS = 0.001
"""How long the thinking thread may keep the interpreter while a request waits (Python's own value is 0.005)."""


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Serve Carebot's model.")
    parser.add_argument("--model", type=Path, required=True, help="the model file that train.py made")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; keep it private: Rasa's API has no password"
    )
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process ends")
    options = parser.parse_args(arguments)
    if not options.model.is_file():
        parser.error(f"there is no model at {options.model}; python train.py makes one")
    return serve(options)


def serve(options: argparse.Namespace) -> int:
    """Loads Rasa and the model, then listens."""
    started = time.monotonic()
    os.environ |= THREADS | QUIET
    sys.path.insert(0, str(HERE))
    sys.setswitchinterval(SWITCH_SECONDS)
    logging.captureWarnings(True)  # packages of that age warn about themselves, some after resetting the filters
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from serving import lazy_tensorflow, parent

    if options.parent:
        parent.follow(options.parent)
    lazy_tensorflow.install()
    app = _application(options.model)
    sys.stdout.write(f"nlu: ready after {time.monotonic() - started:.1f} s on http://{options.host}:{options.port}\n")
    sys.stdout.flush()
    app.run(host=options.host, port=options.port, workers=1, access_log=False, debug=False, motd=False, backlog=1024)
    return 0


def _application(model: Path):  # type: ignore[no-untyped-def]  # Sanic, which is not imported before its time
    import rasa.utils.log_utils
    from rasa.core.agent import Agent
    from rasa.server import create_app
    from serving.engine import Engine
    from serving.routes import add_routes

    rasa.utils.log_utils.configure_structlog(logging.WARNING)
    logging.getLogger().setLevel(logging.WARNING)
    agent = Agent.load(model)
    Engine(agent).warm()
    app = create_app(agent, cors_origins=None)
    add_routes(app)
    return app


if __name__ == "__main__":
    sys.exit(main())
