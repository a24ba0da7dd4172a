"""The decision: parse the text, ask the policies for the next action, forget. Nothing is kept between two questions."""

from typing import Any

from components.embedding import embedding_of, encoder, readable, written
from components.text import plain
from rasa.core.agent import Agent
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from serving import wishes
from serving.parser import Parser
from serving.question import Question, ask

RANKING = 10
DEFAULT_LANGUAGE = "en"
"""For a first message that says nothing about its language, from a channel that gave no hint."""


class Engine:
    """Rasa behind one question. One thread at a time may use it."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._parser = Parser(agent)
        self._actions: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[str, float]] = {}

    def warm(self) -> None:
        """The first message of a process pays for dictionaries that load when they are needed: let it be this one."""
        self.decide([ask(text, {}) for text in ("你好，我的订单到哪了？", "Hello, where is my order?")])

    def decide(self, questions: list[Question]) -> list[dict[str, Any]]:
        """The answers to some POST /decide; see README.md for their parts."""
        parts = [wishes.clauses(question.text) for question in questions]
        found = iter(self._parser.messages([*(q.text for q in questions), *(text for one in parts for text in one)]))
        whole = [next(found) for _ in questions]
        pieces = [[next(found) for _ in one] for one in parts]
        said = [
            [(text, piece.get(INTENT_RANKING_KEY) or []) for text, piece in zip(*one, strict=True)]
            for one in zip(parts, pieces, strict=True)
        ]
        return [self._decision(*asked) for asked in zip(questions, whole, said, strict=True)]

    def embed(self, texts: list[str]) -> list[str]:
        """The embedding of each text, written as `embedding.written` does."""
        return [written(row) for row in encoder().encode([readable(plain(text)) for text in texts])]

    def _decision(self, question: Question, message: Message, said: list[tuple[str, list[Any]]]) -> dict[str, Any]:
        """`said` are the clauses of the message, each with its ranking."""
        parsed = message.as_dict(only_output_properties=True)
        first = parsed["intent_ranking"][0]
        second = wishes.second(first, said)
        if second is not None and wishes.outranks(second, first):
            complaint = {key: second[key] for key in ("name", "confidence")}
            others = [guess for guess in parsed["intent_ranking"] if guess["name"] != complaint["name"]]
            parsed |= {"intent": complaint, "inside_complaint": complaint["name"]}
            parsed["intent_ranking"] = [complaint, *others]
            second = first if first["name"] not in wishes.NO_WISH else None
        answer = self._answer(question, parsed)
        if second is not None:
            answer["second"] = dict(second)
        if question.embed and (row := embedding_of(message)) is not None:
            answer["embedding"] = written(row)
        return answer

    def _answer(self, question: Question, parsed: dict[str, Any]) -> dict[str, Any]:
        inside = question.slots.get("journey") == "complaint"
        seen = parsed["inside_complaint"] if inside else parsed["intent"]["name"]
        action, sureness = self._action(seen, question.slots)
        ranking = parsed["intent_ranking"][:RANKING]
        return {
            "language": parsed.get("language") or question.language or DEFAULT_LANGUAGE,
            "script": parsed.get("script"),
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [_entity(entity, question.shift) for entity in parsed["entities"]],
            "emotion": parsed["emotion"],
            "understood": seen != DEFAULT_NLU_FALLBACK_INTENT_NAME,
            "action": action,
            "confidence": ranking[0]["confidence"] * sureness,
        }

    def _action(self, intent: str, slots: dict[str, str]) -> tuple[str, float]:
        """The policies see nothing but the intent and three slots, so each combination is asked once."""
        key = (intent, tuple(sorted(slots.items())))
        if key not in self._actions:
            self._actions[key] = self._predict(intent, slots)
        return self._actions[key]

    def _predict(self, intent: str, slots: dict[str, str]) -> tuple[str, float]:
        events = [SlotSet(name, value) for name, value in slots.items()]
        said = UserUttered("", intent={"name": intent, "confidence": 1.0})
        domain = self.agent.domain
        tracker = DialogueStateTracker.from_events(
            "decide", [*events, ActionExecuted("action_listen"), said], slots=domain.slots, domain=domain
        )
        scores = (self.agent.predict_next_with_tracker(tracker) or {})["scores"]
        best = max(scores, key=lambda score: score["score"])
        return best["action"], float(best["score"])


def _entity(entity: dict[str, Any], shift: int) -> dict[str, Any]:
    """Places count from the beginning of what the customer wrote."""
    kept = {key: entity[key] for key in ("entity", "value", "start", "end", "currency") if key in entity}
    return {**kept, "start": entity["start"] + shift, "end": entity["end"] + shift}
