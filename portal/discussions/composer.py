"""The pages on which somebody writes: a new discussion, a reply, a change; between the browser and one operation.

Each has two buttons beside the one that posts: one shows what it will look like and who will hear of it, the other
posts quietly. What was typed stays on the page whatever happens, and outlasts a session that ended meanwhile.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.kept import taken
from portal.core.people import named
from portal.discussions import audiences, operations, queries, rules
from portal.discussions.forms import EditForm, PostForm, ThreadForm
from portal.discussions.mentions import handles_in
from portal.discussions.models import Post, part_of
from portal.follows.models import Channel
from portal.notifications.queries import NOBODY, Told

REFUSED = 422


def fresh_key() -> str:
    """The name of a form that is about to be shown."""
    return secrets.token_hex(16)


class Composer:
    """One request to write something under `channel`."""

    form_class: type[PostForm] = PostForm
    template = ""

    def __init__(self, request: HttpRequest, channel: Channel) -> None:
        self.request, self.channel = request, channel
        self.at = timezone.now()

    def respond(self) -> HttpResponse:
        """The page, or the way on after posting."""
        if self.request.method != "POST":
            return self._page(self.form_class(initial=self.initial() | taken(self.request)))
        form = self.form_class(self.request.POST)
        if not form.is_valid():
            return self._page(form, status=REFUSED)
        if "look" in self.request.POST:
            return self._page(form, **self._preview(form.cleaned_data["body"]))
        try:
            return self._posted(form)
        except operations.NotPossible as refusal:
            form.add_error(None, str(refusal))
            return self._page(form, status=REFUSED)

    # --- what the three differ in ---

    def initial(self) -> dict[str, Any]:
        """What the form begins with."""
        return {"key": fresh_key()}

    def write(self, said: dict[str, Any], *, quiet: bool) -> operations.Written:
        """Carry it out. Raises NotPossible."""
        raise NotImplementedError

    def told(self, form: PostForm, names: tuple[int, ...] = ()) -> Told:
        """Who would hear of it."""
        raise NotImplementedError

    def context(self, form: PostForm) -> dict[str, Any]:
        """What its page shows beside the form."""
        raise NotImplementedError

    def success(self, told: int) -> str:
        """The sentence once it is posted and so many hear of it."""
        raise NotImplementedError

    # --- what they share ---

    def _posted(self, form: PostForm) -> HttpResponse:
        quiet = "quiet" in self.request.POST
        told = 0 if quiet else self.told(form, self._whom(form.cleaned_data["body"]).told).people
        written = self.write(form.cleaned_data, quiet=quiet)
        messages.success(self.request, self.success(told))
        for sentence in untold_sentences(() if quiet else written.untold):
            messages.warning(self.request, sentence)
        return redirect(written.post.thread.url_of(written.post.number))

    def _whom(self, body: str) -> queries.Named:
        accounts = named(handles_in(body), self.request.user)
        return queries.who_hears(self.channel, accounts.values(), self.request.user)

    def _preview(self, body: str) -> dict[str, Any]:
        whom = self._whom(body)
        html = queries.preview(body, self.request.user)
        return {"preview": html, "names": whom.told, "untold": untold_sentences(whom.untold)}

    def _page(self, form: PostForm, *, status: int = 200, names: tuple[int, ...] = (), **more: Any) -> HttpResponse:
        context = {
            "form": form,
            "channel": self.channel,
            "nav": part_of(self.channel),
            "list_url": f"{self.channel.url}discussion/",
            "told": self.told(form, names),
            "preview": "",
            "untold": (),
            **self.context(form),
            **more,
        }
        return render(self.request, self.template, context, status=status)


def untold_sentences(names: Iterable[str]) -> list[str]:
    """Who was named in vain, one sentence each."""
    return [_("%(name)s cannot see this discussion and will not be told.") % {"name": name} for name in names]


def will_hear(posted: str, told: int) -> str:
    """What was done, in a sentence, and how many people hear of it."""
    if not told:
        return _("%(posted)s Nobody is told.") % {"posted": posted}
    words = ngettext("%(posted)s %(n)d person will hear of it.", "%(posted)s %(n)d people will hear of it.", told)
    return words % {"posted": posted, "n": told}


class NewThread(Composer):
    """Begin a discussion."""

    form_class = ThreadForm
    template = "discussions/new.html"

    def __init__(self, request: HttpRequest, channel: Channel, *, seated_only: bool, members_only: bool) -> None:
        super().__init__(request, channel)
        self.terms = {"seated_only": seated_only, "members_only": members_only}

    def write(self, said: dict[str, Any], *, quiet: bool) -> operations.Written:
        return operations.open_thread(
            channel=self.channel,
            title=said["title"],
            body=said["body"],
            key=said["key"] or fresh_key(),
            quiet=quiet,
            by=self.request.user,
            at=self.at,
            **self.terms,
        )

    def told(self, form: PostForm, names: tuple[int, ...] = ()) -> Told:
        return audiences.of_thread(self.channel, by=self.request.user, named=names)

    def context(self, form: PostForm) -> dict[str, Any]:
        return {
            "readers": queries.readers_of(self.channel, members_only=self.terms["members_only"]),
            "around": queries.around(self.channel, self.request.user),
        }

    def success(self, told: int) -> str:
        return will_hear(_("Your discussion is open."), told)


class Reply(Composer):
    """Add a post to a thread that is open, where one may write."""

    template = "discussions/reply.html"

    def __init__(self, request: HttpRequest, thread: Any) -> None:
        super().__init__(request, thread.channel)
        self.thread = thread
        self._answered: dict[int | None, Post | None] = {}

    def initial(self) -> dict[str, Any]:
        return super().initial() | {"to": self.request.GET.get("to", "")}

    def answered(self, form: PostForm) -> Post | None:
        """The post that is answered; None for none, and for a number that there is not."""
        said = str(form["to"].value() or "")
        number = int(said) if said.isascii() and said.isdecimal() and len(said) < len(str(2**31)) else None
        if number not in self._answered:
            self._answered[number] = queries.answerable(self.thread, number)
        return self._answered[number]

    def write(self, said: dict[str, Any], *, quiet: bool) -> operations.Written:
        return operations.reply(
            thread=self.thread,
            body=said["body"],
            answers=said["to"],
            key=said["key"] or fresh_key(),
            quiet=quiet,
            by=self.request.user,
            at=self.at,
        )

    def told(self, form: PostForm, names: tuple[int, ...] = ()) -> Told:
        answered = self.answered(form)
        answered_id = answered.author_id if answered else None
        return audiences.of_reply(self.thread, by=self.request.user, named=names, answered_id=answered_id)

    def context(self, form: PostForm) -> dict[str, Any]:
        around = queries.around(self.channel, self.request.user, self.thread, self.answered(form))
        return {
            "thread": self.thread,
            "around": around,
            "readers": queries.readers_of(self.channel, members_only=self.thread.members_only),
        }

    def success(self, told: int) -> str:
        return will_hear(_("Your reply is posted."), told)


class Change(Composer):
    """Change one's own post; nobody is told."""

    form_class = EditForm
    template = "discussions/edit.html"

    def __init__(self, request: HttpRequest, post: Post, thread: Any) -> None:
        super().__init__(request, thread.channel)
        self.post, self.thread = post, thread

    def initial(self) -> dict[str, Any]:
        return {"body": self.post.body}

    def write(self, said: dict[str, Any], *, quiet: bool) -> operations.Written:
        changed = operations.edit(post=self.post, body=said["body"], by=self.request.user, at=self.at)
        return operations.Written(changed)

    def told(self, form: PostForm, names: tuple[int, ...] = ()) -> Told:
        return NOBODY

    def context(self, form: PostForm) -> dict[str, Any]:
        return {
            "thread": self.thread,
            "post_url": self.thread.url_of(self.post.number),
            "marks": self.at > rules.grace_ends(self.post),
            "around": queries.around(self.channel, self.request.user, self.thread),
            "readers": queries.readers_of(self.channel, members_only=self.thread.members_only),
        }

    def success(self, told: int) -> str:
        return _("Your post is changed.")
