"""Where webhooks knock: no login, an address that cannot be guessed, a signature.

Whoever does not know an address sees what is nowhere: 404. The answer says
nothing of what a hint led to; it comes before anything is asked for.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from portal import tasks
from portal.streams import KINDS
from sources.connectors.base import Refused
from sources.webhooks import receiving


@csrf_exempt
def knock(request: HttpRequest, token: str) -> HttpResponse:
    webhook = receiving.door(token) if request.method == "POST" else None
    kind = KINDS.get(webhook.source.kind) if webhook else None
    if webhook is None or kind is None or kind.webhook is None:
        return JsonResponse({"title": "Not found"}, status=404)
    body = request.read(receiving.LARGEST + 1)
    if len(body) > receiving.LARGEST:
        receiving.refuse(webhook, "Its body is larger than a megabyte.")
        return JsonResponse({"title": "Too large"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        told = receiving.receive(webhook, headers, body, kind.webhook)
    except Refused as refusal:
        return JsonResponse({"title": "Refused", "detail": str(refusal)}, status=403)
    if told:
        tasks.follow(webhook.source, told)
    return JsonResponse({"title": "Heard" if told else "Heard before"})
