"""The command line: `carebot run | chat | check | queue | staff | import | demo | nlu`."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console

from bot import commands
from bot.db import is_gone
from bot.errors import CarebotError
from bot.handoff.desk import Outcome

T = TypeVar("T")
console = Console(stderr=True, highlight=False)
cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A customer-care assistant that shops run on messaging apps.",
)
nlu = typer.Typer(no_args_is_help=True, help="The engine that understands messages.")
queue = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    help="Who waits for a person; take, answer and hand back conversations; promises to keep.",
)
cli.add_typer(nlu, name="nlu")
cli.add_typer(queue, name="queue")
staff = typer.Typer(no_args_is_help=True, help="Who may sign in at the console.")
cli.add_typer(staff, name="staff")


def do(work: Coroutine[Any, Any, T]) -> T:
    """Run a command; what went wrong is told in a sentence, and the exit code is 1."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except CarebotError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except ValidationError as error:
        for wrong in error.errors():
            name = "_".join(("CAREBOT", *map(str, wrong["loc"]))).upper()
            console.print(f"{name}: {wrong['msg']}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except Exception as error:
        if not is_gone(error):
            raise
        words = str(error).splitlines()[0]
        console.print(f"the database cannot be used: {words}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@cli.command()
def run(
    role: Annotated[
        str, typer.Option(help="web, worker, clock, or several with commas; all by default.")
    ] = "web,worker,clock",
) -> None:
    """Start everything: the engine (unless one answers already), the channels, the web server."""
    do(commands.run.run(frozenset(r.strip() for r in role.split(",") if r.strip())))


@cli.command()
def chat(language: Annotated[str, typer.Option(help="zh or en, for the first words.")] = "") -> None:
    """Talk to the whole bot in the terminal."""
    do(commands.chat.chat(language))


@cli.command()
def check() -> None:
    """Check everything in data/ and say in plain words what is wrong."""
    do(commands.check.check())


@cli.command("import")
def import_csv(
    what: Annotated[str, typer.Argument(help="customers, orders or benefits")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows although some are not.")] = False,
) -> None:
    """Import a CSV file. Bad rows are told with line and column; without --skip-bad nothing is imported then."""
    do(commands.data.import_csv(what, file, skip_bad))


@cli.command()
def demo(
    replace: Annotated[bool, typer.Option(help="Also into a database that has customers already.")] = False,
) -> None:
    """Load the demo shop."""
    do(commands.data.demo(replace))


@nlu.command("train")
def nlu_train() -> None:
    """Train a candidate from the files as they are now, unless it is there."""
    do(commands.nlu.train())


@nlu.command("serve")
def nlu_serve() -> None:
    """Run the engine alone, at CAREBOT_RASA_URL."""
    do(commands.nlu.serve())


Candidate = Annotated[str, typer.Argument(help="Beginning of a fingerprint; the files as they are now by default.")]


@nlu.command("compare")
def nlu_compare(
    candidate: Candidate = "",
    everything: Annotated[bool, typer.Option("--all", help="Print every message that changed.")] = False,
) -> None:
    """The candidate beside the active model: figures, intents, messages, and whether a guarded figure falls."""
    do(commands.nlu.compare(candidate, everything))


@nlu.command("activate")
def nlu_activate(
    candidate: Candidate = "",
    force: Annotated[
        bool, typer.Option("--force", help="Also when a guarded figure falls; nothing is measured.")
    ] = False,
) -> None:
    """Make the candidate the active model, if no guarded figure falls. Running conversations notice nothing."""
    do(commands.nlu.activate(candidate, force))


@nlu.command("rollback")
def nlu_rollback() -> None:
    """Go back to the model that was active before."""
    do(commands.nlu.rollback())


@nlu.command("models")
def nlu_models() -> None:
    """List the models that are there."""
    do(commands.nlu.models())


@nlu.command("review")
def nlu_review(
    arguments: Annotated[list[str] | None, typer.Argument(help="With --label: INTENT [EMOTION].")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Only list what waits.")] = False,
    label: Annotated[int | None, typer.Option("--label", help="Id of a message to label.")] = None,
    drop: Annotated[int | None, typer.Option("--drop", help="Id of a message that teaches nothing.")] = None,
    name: Annotated[str, typer.Option("--as", help="Your name.", envvar="CAREBOT_STAFF_NAME")] = "",
) -> None:
    """Give misunderstood messages their meaning: one after another, or --label ID INTENT [EMOTION]."""
    words = arguments or []
    if label is not None and len(words) not in (1, 2):
        raise typer.BadParameter("--label ID needs INTENT and perhaps EMOTION behind it")
    if label is None and words:
        raise typer.BadParameter(f"nothing is known of '{words[0]}' without --label")
    if listing:
        do(commands.review.listed())
    elif label is not None:
        do(commands.review.label(label, words[0], words[1] if len(words) > 1 else "", name))
    elif drop is not None:
        do(commands.review.drop(drop, name))
    else:
        do(commands.review.review(name))


@nlu.command("export")
def nlu_export() -> None:
    """Add the labelled messages to nlu/examples."""
    do(commands.review.export())


@queue.callback()
def queue_list(context: typer.Context) -> None:
    """List who waits, what must be noticed, and what has an unknown fate."""
    if context.invoked_subcommand is None:
        do(commands.queue.overview())


@queue.command("show")
def queue_show(conversation: int) -> None:
    """The thread of a conversation, its case and its promises."""
    do(commands.queue.show(conversation))


Name = Annotated[str, typer.Option("--as", help="Your name, as the customer sees it.", envvar="CAREBOT_STAFF_NAME")]


@queue.command("take")
def queue_take(conversation: int, name: Name) -> None:
    """Take a conversation: from now on you speak, the bot is silent."""
    do(commands.queue.take(conversation, name))


@queue.command("say")
def queue_say(conversation: int, text: str, name: Name) -> None:
    """Write to the customer. Takes the conversation when nobody has it."""
    do(commands.queue.say(conversation, text, name))


Summary = Annotated[str, typer.Option(help="What came of it, for colleagues; the customer does not see it.")]


@queue.command("note")
def queue_note(conversation: int, text: str, name: Name) -> None:
    """Keep a note for colleagues; @name alerts one of them."""
    do(commands.queue.note(conversation, text, name))


@queue.command("back")
def queue_back(conversation: int, name: Name, summary: Summary = "") -> None:
    """Hand the conversation back to the bot."""
    do(commands.queue.back(conversation, name, summary))


@queue.command("close")
def queue_close(
    conversation: int,
    name: Name,
    outcome: Annotated[Outcome, typer.Option(help="How it ended.")] = Outcome.ANSWERED,
    summary: Summary = "",
) -> None:
    """End it: the customer's next message begins anew, with the bot."""
    do(commands.queue.close(conversation, name, outcome, summary))


@queue.command("kept")
def queue_kept(
    promise: int,
    name: Name,
    evidence: Annotated[str, typer.Option(help="What shows that it was done.")] = "",
) -> None:
    """A promise was kept: the customer is told and asked whether it is solved."""
    do(commands.queue.kept(promise, name, evidence))


@queue.command("settle")
def queue_settle(case: int, name: Name, cause: Annotated[str, typer.Option(help="The root cause.")] = "") -> None:
    """End a case that a person has settled."""
    do(commands.queue.settle(case, name, cause))


@queue.command("sent")
def queue_sent(
    delivery: int,
    arrived: Annotated[bool, typer.Option("--arrived/--again", help="It arrived, or send it again.")] = True,
) -> None:
    """Decide what became of a message of unknown fate."""
    do(commands.queue.sent(delivery, arrived))


@staff.command("add")
def staff_add(
    login: str,
    name: Annotated[str, typer.Option(help="As customers see it; the login by default.")] = "",
    role: Annotated[str, typer.Option(help="agent, supervisor, marketer or administrator.")] = "agent",
    language: Annotated[str, typer.Option(help="zh or en: of the console.")] = "en",
) -> None:
    """Make an account, or give a login to a name that the queue knows. The password is printed once."""
    do(commands.staff.add(login, name, role, language))


@staff.command("reset")
def staff_reset(
    login: str,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Also remove the second factor (a lost telephone).")
    ] = False,
) -> None:
    """Give a new password; every session of the person ends, pauses after wrong passwords, too."""
    do(commands.staff.reset(login, second_factor))


@staff.command("list")
def staff_list() -> None:
    """Everybody who works here."""
    do(commands.staff.listed())


@staff.command("deactivate")
def staff_deactivate(login: str) -> None:
    """Close an account: no sign-in, every session ends. Nothing the person wrote is lost."""
    do(commands.staff.set_active(login, False))


@staff.command("activate")
def staff_activate(login: str) -> None:
    """Open a closed account again."""
    do(commands.staff.set_active(login, True))


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
