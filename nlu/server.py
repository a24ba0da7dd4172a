"""Serves a model: `python server.py --model FILE --port 5005`. Rasa's HTTP API and the routes of serving/, on loopback.

The port opens when the model is loaded: whoever can connect gets answers.
"""

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
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
    sys.path.insert(0, str(HERE))
    sys.setswitchinterval(SWITCH_SECONDS)
    from serving import parent

    if options.parent:
        parent.follow(options.parent)
    app = _application(options.model)
    sys.stdout.write(f"nlu: ready after {time.monotonic() - started:.1f} s on http://{options.host}:{options.port}\n")
    sys.stdout.flush()
    app.run(host=options.host, port=options.port, workers=1, access_log=False, debug=False, motd=False, backlog=1024)
    return 0


def _application(model: Path):  # type: ignore[no-untyped-def]  # Sanic, which is not imported before its time
    from serving import loading

    loading.prepare()
    from rasa.server import create_app
    from serving.routes import add_routes

    engine = loading.load(model)
    app = create_app(engine.agent, cors_origins=None)
    add_routes(app, engine)
    return app


if __name__ == "__main__":
    sys.exit(main())
