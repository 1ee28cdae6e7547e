package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RoutePublished;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest route of each model, by the rule that holds for records that come one by one: one with
 * an older revision changes nothing, and one with the same revision may have another policy but no
 * other route. For one thread.
 */
final class NewestRoutes {
  private final Map<String, RoutePublished> byModel = new LinkedHashMap<>();

  /** Takes the next record of the topic. */
  void take(RoutePublished published) {
    byModel.merge(
        Topic.modelKey(published.getProject(), published.getModel()),
        published,
        (before, next) -> supersedes(next, before) ? next : before);
  }

  private static boolean supersedes(RoutePublished next, RoutePublished before) {
    long revision = next.getCommitted().getRevision();
    long known = before.getCommitted().getRevision();
    return revision > known
        || (revision == known && next.getCommitted().equals(before.getCommitted()));
  }

  /** One record of each model, in the order in which the models were first seen. */
  Collection<RoutePublished> all() {
    return byModel.values();
  }
}
