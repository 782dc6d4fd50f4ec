"""The address of an MLflow server, in its one spelling."""

from sources.connectors.base import Unauthorized

API = "/api/2.0/mlflow"  # the root of its interface, in servers 2.x and 3.x
WRONG_ADDRESS = "That is no address of an MLflow. It looks like https://mlflow.example.org."


def plain_address(address: str) -> str:
    """With a scheme, without what people copy along from the browser's line. A
    path before the page's `#` stays: a server may lie below another."""
    import httpx

    text = address.strip()
    try:
        parts = httpx.URL(text if "://" in text else f"https://{text}")
    except httpx.InvalidURL:
        raise Unauthorized(WRONG_ADDRESS) from None
    if not parts.host or parts.scheme not in ("http", "https"):
        raise Unauthorized(WRONG_ADDRESS)
    if parts.userinfo:
        raise Unauthorized(
            "An address holds no user name and no password. Write it without what is before "
            "the @; both have a field of their own."
        )
    return f"{parts.scheme}://{parts.netloc.decode()}{parts.path.rstrip('/')}"
