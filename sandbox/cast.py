"""Who is in the demo: a shop's workspace, its channels, and somebody from outside."""

from sandbox.slack import Workspace


def populate(slack: Workspace) -> None:
    """Two sellers, a guest, and a stranger whose own workspace shares a channel; the app is in some channels only."""
    kari, ola = slack.person("kari"), slack.person("ola")
    gry, sten = slack.person("gry", guest=True), slack.person("sten", stranger=True)
    slack.add_channel("sales", members=[kari, ola, gry], bot=True)
    slack.add_channel("support", members=[kari, ola])
    slack.add_channel("acme-shared", members=[kari, ola, sten], bot=True)
    slack.add_channel("managers", members=[kari, ola], private=True)
    slack.add_channel("kari-ola", members=[kari, ola], kind="dm")
    for one in (kari, ola):
        slack.dm(one)
