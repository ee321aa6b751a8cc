"""What the broker does in one step for a batch of requests: PostgreSQL is not asked, and two doors never both take the
last one. The clock is the broker's, so that doors on several machines need not agree on the time.
"""

from collections.abc import Iterator, Sequence

from ingress.limits.rates import Bucket, Standing

MICROSECONDS = 1_000_000
PREFIX = "cashbeat:rate:"

# The one argument has for each request the number of its buckets, and then of each how many it holds. Answered are, for
# each request, the place of the bucket that refused it (0: none did) and of each how many microseconds from now it is
# full again. Both are one text: a number by itself would cost each side more than it costs to read it out of that.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = 60000000
local asked, answer, key, at = {}, {}, 0, 1
for number in string.gmatch(ARGV[1], '%d+') do asked[#asked + 1] = tonumber(number) end
while at <= #asked do
  local count, refused, ahead = asked[at], 0, {}
  for i = 1, count do
    local full_at = tonumber(redis.call('GET', KEYS[key + i]) or '0')
    ahead[i] = math.max(0, full_at - now)
    if refused == 0 and ahead[i] + window / asked[at + i] > window + 1 then refused = i end
  end
  answer[#answer + 1] = refused
  for i = 1, count do
    if refused == 0 then
      ahead[i] = ahead[i] + window / asked[at + i]
      redis.call('SET', KEYS[key + i], string.format('%.0f', now + ahead[i]), 'PX', math.ceil(ahead[i] / 1000) + 1)
    end
    answer[#answer + 1] = string.format('%.0f', ahead[i])
  end
  key, at = key + count, at + count + 1
end
return table.concat(answer, ' ')
"""


def arguments_of(requests: Sequence[Sequence[Bucket]]) -> tuple[list[str], list[str]]:
    """The keys and the argument for these requests."""
    keys = [PREFIX + bucket.key for buckets in requests for bucket in buckets]
    numbers = (number for buckets in requests for number in (len(buckets), *(each.per_minute for each in buckets)))
    return keys, [" ".join(map(str, numbers))]


def standings_of(requests: Sequence[Sequence[Bucket]], answer: bytes) -> list[list[Standing]]:
    """What was answered for each of them."""
    numbers = map(int, answer.split())
    return [list(_standings(buckets, numbers)) for buckets in requests]


def _standings(buckets: Sequence[Bucket], numbers: Iterator[int]) -> Iterator[Standing]:
    refused = next(numbers)
    for place, bucket in enumerate(buckets, 1):
        yield Standing(bucket, next(numbers) / MICROSECONDS, is_refused=place == refused)
