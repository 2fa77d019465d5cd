"""The page of the API for people; programs read the document."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .manual import calls
from .problems import KINDS


@login_not_required
@require_safe
def manual(request):
    return render(request, "api/index.html", {"calls": calls(), "kinds": KINDS.items()})
