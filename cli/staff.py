"""The company's own people who call the API."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import say, settings

staff = typer.Typer(help="Who of the company's own people may call the API, and in which role.", no_args_is_help=True)

MemberId = Annotated[UUID, typer.Argument(help="The id that `cashbeat staff list` shows.")]
RoleName = Annotated[str, typer.Argument(help="support, finance, approver, operator or admin.")]


@staff.command("add")
def add_member(
    name: Annotated[str, typer.Argument(help="As everybody knows them; no two bear one.")],
    email: Annotated[str, typer.Argument(help="Where they can be reached.")],
    role: RoleName,
) -> None:
    """Write down a person, and print the id. They call the API with a key: `cashbeat staff key`."""
    from stack.staff import add

    typer.echo(add(settings(), name, email, role))


@staff.command("list")
def list_members() -> None:
    """List everybody by name, those who have ended as well."""
    from stack.staff import describe_all

    for line in describe_all(settings()):
        typer.echo(line)


@staff.command("set-role")
def set_role_of_member(member_id: MemberId, role: RoleName) -> None:
    """Let them do what another role may. Ingress processes know within their cache time."""
    from stack.staff import set_role

    set_role(settings(), member_id, role)
    say(f"the role is {role}")


@staff.command("key")
def make_key_of_member(
    member_id: MemberId,
    expires: Annotated[str | None, typer.Option(help="Until when: 2027-01-31, or with time and offset.")] = None,
) -> None:
    """Make a key of this person and print it, the only time. `cashbeat api-key` lists and ends it."""
    from stack.staff import make_key

    typer.echo(make_key(settings(), member_id, expires))


@staff.command("enter")
def print_link_of_member(
    name: Annotated[str, typer.Argument(help="The name that `cashbeat staff list` shows.")],
) -> None:
    """Print a link by which this person enters the console, once, within five minutes.

    Their authenticator has to show a code there; who comes for the first time is shown how.
    """
    from stack.staff import link_into_console

    typer.echo(link_into_console(settings(), name))


@staff.command("new-authenticator")
def forget_authenticator(member_id: MemberId) -> None:
    """Forget the authenticator of who has lost it, and end their sessions: their next link shows a new one."""
    from stack.staff import forget_authenticator as forget

    forget(settings(), member_id)
    say("the next link shows a new authenticator")


@staff.command("end")
def end_member(member_id: MemberId) -> None:
    """End a person: all their keys are worth nothing within the cache time of the ingress processes."""
    from stack.staff import end

    end(settings(), member_id)
    say("they have ended")
