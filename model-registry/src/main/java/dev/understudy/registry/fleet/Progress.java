package dev.understudy.registry.fleet;

import java.time.Instant;
import java.util.List;

/** How far the live gateways are with preparing a route. */
public sealed interface Progress {
  /** Every live gateway has loaded, checked and warmed it. */
  record Ready(List<String> gateways) implements Progress {}

  /** These live gateways have not said so yet, although they could since that moment. */
  record Waiting(List<String> gateways, Instant since) implements Progress {}

  /** A live gateway cannot load it. */
  record Failed(String gateway, String version, String reason) implements Progress {}

  /** There is no live gateway, and one that is there would have been heard by now. */
  record NobodyLive() implements Progress {}

  /** Kafka does not answer, or only just does again: nothing can be said about anybody. */
  record NotKnown() implements Progress {}
}
