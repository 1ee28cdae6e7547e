package dev.understudy.registry.mlflow;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Search;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The tokens of pages, and searches as requests write them. */
final class Pages {
  private static final int MOST = 1_000;
  private static final Pattern TOKEN = Pattern.compile("[1-9][0-9]{0,8}");

  private Pages() {}

  /** The search of a request. */
  static Search search(Fields fields, int usual) {
    return new Search(
        SearchText.conditions(fields.text("filter").orElse("")),
        SearchText.orders(fields.texts("order_by")),
        fields.text("page_token").map(Pages::skip).orElse(0),
        fields.most(usual, MOST));
  }

  private static int skip(String token) {
    if (!TOKEN.matcher(token).matches()) {
      throw Refused.field("page_token", "'page_token' is none that was given out");
    }
    return Integer.parseInt(token);
  }

  /** The token of the page after the one that was found; null when there is none. */
  static @Nullable String next(Search search, boolean more) {
    return more ? String.valueOf(search.skip() + search.limit()) : null;
  }
}
