package dev.understudy.registry.mlflow;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.search.Condition;
import dev.understudy.registry.search.Condition.Kind;
import dev.understudy.registry.search.Condition.Op;
import dev.understudy.registry.search.Search.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads MLflow's filters: conditions joined by AND, each {@code key op value}, with keys such as
 * {@code name}, {@code metrics.auc} and {@code tags.`my key`}. What comes out is data; whoever asks
 * a database binds it.
 */
final class SearchText {
  private static final int LONGEST = 4_000;
  private static final int MOST_CONDITIONS = 50;
  private static final int MOST_VALUES = 1_000;
  private static final int MOST_ORDERS = 10;

  /** Possessive throughout: no filter makes the reader go back. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*+(?:(?<quoted>'[^']*+'|\"[^\"]*+\"|`[^`]*+`)|(?<op>!=|<=|>=|=|<|>)|(?<mark>[(),.])"
              + "|(?<number>[-+]?[0-9][0-9.]*+(?:[eE][-+]?[0-9]++)?)"
              + "|(?<word>[\\p{L}_][\\p{L}\\p{N}_/-]*+))");

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("attribute", Kind.ATTRIBUTE),
          Map.entry("attributes", Kind.ATTRIBUTE),
          Map.entry("attr", Kind.ATTRIBUTE),
          Map.entry("run", Kind.ATTRIBUTE),
          Map.entry("metric", Kind.METRIC),
          Map.entry("metrics", Kind.METRIC),
          Map.entry("parameter", Kind.PARAMETER),
          Map.entry("parameters", Kind.PARAMETER),
          Map.entry("param", Kind.PARAMETER),
          Map.entry("params", Kind.PARAMETER),
          Map.entry("tag", Kind.TAG),
          Map.entry("tags", Kind.TAG));
  private static final Map<String, Op> OPS =
      Map.of(
          "=", Op.EQUAL,
          "!=", Op.NOT_EQUAL,
          "<", Op.LESS,
          "<=", Op.AT_MOST,
          ">", Op.GREATER,
          ">=", Op.AT_LEAST,
          "LIKE", Op.LIKE,
          "ILIKE", Op.ILIKE,
          "IN", Op.IN);
  private static final Map<String, String> OTHER_WORDS =
      Map.of(
          "run name", "run_name",
          "Run name", "run_name",
          "Created", "start_time",
          "created", "start_time",
          "timestamp", "last_updated_timestamp",
          "version", "version_number");

  private record Token(String kind, String text) {}

  private final String field;
  private final List<Token> tokens;
  private int at;

  private SearchText(String field, List<Token> tokens) {
    this.field = field;
    this.tokens = tokens;
  }

  /** The conditions of a filter; none of an empty one. */
  static List<Condition> conditions(String filter) {
    SearchText text = new SearchText("filter", tokens("filter", filter));
    List<Condition> conditions = new ArrayList<>();
    while (text.hasMore()) {
      if (!conditions.isEmpty()) {
        text.keyword("AND");
      }
      conditions.add(text.condition());
      if (conditions.size() > MOST_CONDITIONS) {
        throw Refused.field(
            "filter", "a filter has %d conditions at most".formatted(MOST_CONDITIONS));
      }
    }
    return conditions;
  }

  /** What is sorted by: {@code key}, {@code key ASC} or {@code key DESC}. */
  static List<Order> orders(List<String> asked) {
    if (asked.size() > MOST_ORDERS) {
      throw Refused.field("order_by", "there are %d orders at most".formatted(MOST_ORDERS));
    }
    return asked.stream().map(SearchText::order).toList();
  }

  private static Order order(String asked) {
    SearchText text = new SearchText("order_by", tokens("order_by", asked));
    Key key = text.key();
    String way = text.hasMore() ? text.next("word").toUpperCase(Locale.ROOT) : "ASC";
    if (text.hasMore() || !(way.equals("ASC") || way.equals("DESC"))) {
      throw Refused.field("order_by", "an order is a key with ASC or DESC");
    }
    return new Order(key.kind(), key.name(), way.equals("DESC"));
  }

  private record Key(Kind kind, String name) {}

  private Condition condition() {
    Key key = key();
    Op op = op();
    if (op != Op.IN && op != Op.NOT_IN) {
      return new Condition(key.kind(), key.name(), op, List.of(value()));
    }
    List<String> values = new ArrayList<>();
    mark("(");
    values.add(value());
    while (hasMore() && tokens.get(at).text().equals(",")) {
      mark(",");
      values.add(value());
    }
    mark(")");
    if (values.size() > MOST_VALUES) {
      throw Refused.field(field, "a list has %d values at most".formatted(MOST_VALUES));
    }
    return new Condition(key.kind(), key.name(), op, values);
  }

  private Key key() {
    String first = name();
    if (!hasMore() || !tokens.get(at).text().equals(".")) {
      return new Key(Kind.ATTRIBUTE, OTHER_WORDS.getOrDefault(first, first));
    }
    Kind kind = KINDS.get(first.toLowerCase(Locale.ROOT));
    if (kind == null) {
      throw Refused.field(
          field, "'%s.' is none of attributes, metrics, params and tags".formatted(shown(first)));
    }
    StringBuilder name = new StringBuilder();
    while (hasMore() && tokens.get(at).text().equals(".")) {
      mark(".");
      name.append(name.isEmpty() ? "" : ".").append(name());
    }
    String key = name.toString();
    return new Key(kind, kind == Kind.ATTRIBUTE ? OTHER_WORDS.getOrDefault(key, key) : key);
  }

  private String name() {
    Token token = take();
    boolean quoted = token.kind().equals("quoted") && token.text().charAt(0) != '\'';
    if (!quoted && !token.kind().equals("word")) {
      throw unexpected(token, "a key");
    }
    return quoted ? inner(token) : token.text();
  }

  private Op op() {
    Token token = take();
    String word = token.text().toUpperCase(Locale.ROOT);
    if (token.kind().equals("word") && word.equals("NOT")) {
      keyword("IN");
      return Op.NOT_IN;
    }
    Op op = token.kind().equals("quoted") ? null : OPS.get(word);
    if (op == null) {
      throw unexpected(token, "=, !=, <, <=, >, >=, LIKE, ILIKE or IN");
    }
    return op;
  }

  private String value() {
    Token token = take();
    if (token.kind().equals("quoted") && token.text().charAt(0) != '`') {
      return inner(token);
    }
    if (!token.kind().equals("number")) {
      throw unexpected(token, "a value in quotes, or a number");
    }
    return token.text();
  }

  private static String inner(Token token) {
    return token.text().substring(1, token.text().length() - 1);
  }

  private void keyword(String word) {
    Token token = take();
    if (!token.kind().equals("word") || !token.text().equalsIgnoreCase(word)) {
      throw unexpected(token, word);
    }
  }

  private void mark(String mark) {
    Token token = take();
    if (!token.text().equals(mark)) {
      throw unexpected(token, mark);
    }
  }

  private String next(String kind) {
    Token token = take();
    if (!token.kind().equals(kind)) {
      throw unexpected(token, kind);
    }
    return token.text();
  }

  private boolean hasMore() {
    return at < tokens.size();
  }

  private Token take() {
    if (!hasMore()) {
      throw Refused.field(field, "'%s' ends too early".formatted(field));
    }
    return tokens.get(at++);
  }

  private Refused unexpected(Token token, String wanted) {
    return Refused.field(
        field,
        "'%s' is not understood here; %s is expected".formatted(shown(token.text()), wanted));
  }

  private static String shown(String text) {
    String flat = text.replaceAll("\\p{Cntrl}", " ");
    return flat.length() > 50 ? flat.substring(0, 50) + "..." : flat;
  }

  private static List<Token> tokens(String field, String text) {
    if (text.length() > LONGEST) {
      throw Refused.field(field, "'%s' has %d characters at most".formatted(field, LONGEST));
    }
    if (text.indexOf('\0') >= 0) {
      throw Refused.field(field, "'%s' holds a null character".formatted(field));
    }
    List<Token> tokens = new ArrayList<>();
    String rest = text.strip();
    Matcher matcher = TOKEN.matcher(rest);
    int end = 0;
    while (end < rest.length()) {
      if (!matcher.find(end) || matcher.start() != end) {
        throw Refused.field(field, "'%s' is not understood".formatted(shown(rest.substring(end))));
      }
      for (String kind : List.of("quoted", "op", "mark", "number", "word")) {
        if (matcher.group(kind) != null) {
          tokens.add(new Token(kind, matcher.group(kind)));
        }
      }
      end = matcher.end();
    }
    return tokens;
  }
}
