"""The application for uvicorn."""

from asgiref.sync import iscoroutinefunction

from bdc.asgi import Application


def test_a_request_is_answered_in_one_thread():
    application = Application()
    around_the_view = [*application._view_middleware, application._middleware_chain]

    assert len(around_the_view) > 1
    assert not any(iscoroutinefunction(one) for one in around_the_view)
