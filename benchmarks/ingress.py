"""How fast webhooks are taken in when every answer follows a durable commit, beside merely verifying them."""
import uvicorn
import settings as configuration
from ingress.protocol import PatientProtocol
def serve_floor():
    settings = configuration.load()
    uvicorn.run("benchmarks.ingress_floor:serve", factory=True, host=settings.ingress_host, port=settings.ingress_port, workers=settings.ingress_processes, loop="uvloop", http=PatientProtocol, ws="none", interface="asgi3", log_config=None, access_log=False, server_header=False, date_header=False, proxy_headers=False, backlog=2048, limit_concurrency=2000, timeout_keep_alive=5)
