# One image for all processes; docker-compose.yml says which container runs which.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    CASHBEAT_ENV=production \
    CASHBEAT_HOME=/var/lib/cashbeat

WORKDIR /app

# the list of libraries lives in that file alone, for images as for laptops
COPY stack/system_libraries.py /tmp/system_libraries.py
RUN python -I /tmp/system_libraries.py && rm -rf /var/lib/apt/lists/* /tmp/system_libraries.py

COPY requirements.lock .
RUN pip install --no-deps --require-hashes -r requirements.lock

COPY . .
RUN pip install --no-deps --no-build-isolation --config-settings editable_mode=compat -e . \
    && useradd --system --user-group --home-dir /var/lib/cashbeat --create-home cashbeat \
    # no process may write here, so that each would compile it all whenever it begins
    && python -m compileall -q .

# the code stays root's: whoever takes over a process cannot change what runs next
USER cashbeat
VOLUME /var/lib/cashbeat
EXPOSE 8000 8100

CMD ["python", "-m", "ingress"]
