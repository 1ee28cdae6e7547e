package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.RequestTraits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the parameters of a request mean, for every protocol. Those that nobody here knows are the
 * client's own and go along; what would have to be honoured and cannot be is refused. Not
 * thread-safe.
 */
final class RequestParameters {
  /** Before the name of a sensitive attribute, which no model sees. */
  static final String ATTRIBUTE = "rt_attribute_";

  /** Whether numbers of an answer that JSON does not have come as null or as a bare word. */
  static final String NON_FINITE = "rt_non_finite";

  private static final String RESERVED = "triton_";

  private Map<String, String> own = Map.of();
  private Map<String, String> attributes = Map.of();
  private Optional<Duration> budget = Optional.empty();
  private int priority;
  private boolean binaryOutputs;
  private boolean nonFiniteAsWords;

  /** What a value is; all of them are kept as text. */
  enum Form {
    TEXT("a text"),
    WHOLE("a whole number"),
    REAL("a number"),
    TRUTH("true or false");

    private final String described;

    Form(String described) {
      this.described = described;
    }
  }

  /** Takes one parameter. */
  void put(String name, Form form, String value) {
    switch (name) {
      case "timeout" -> {
        long micros = wholeNumber(name, form, value);
        budget = micros == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos(micros)));
      }
      case "priority" ->
          // All below the highest level wait in one line, so how far below does not matter.
          priority = (int) Math.min(Integer.MAX_VALUE, wholeNumber(name, form, value));
      case "binary_data_output" -> binaryOutputs = truth(name, form, value);
      case NON_FINITE -> nonFiniteAsWords = isWord(value);
      case "sequence_id", "sequence_start", "sequence_end" -> requireNoSequence(name, value);
      default -> putOther(name, value);
    }
  }

  private void putOther(String name, String value) {
    if (name.startsWith(RESERVED)) {
      throw invalid("the parameter %s: names with %s are reserved", quote(name), RESERVED);
    }
    if (name.startsWith(ATTRIBUTE)) {
      if (attributes.isEmpty()) {
        attributes = new HashMap<>();
      }
      attributes.put(name.substring(ATTRIBUTE.length()), value);
      return;
    }
    if (own.isEmpty()) {
      own = new HashMap<>();
    }
    own.put(name, value);
  }

  private static long nanos(long micros) {
    return micros > Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : 1_000 * micros;
  }

  private static long wholeNumber(String name, Form form, String value) {
    try {
      long number = Long.parseLong(value);
      if (form == Form.WHOLE && number >= 0) {
        return number;
      }
    } catch (NumberFormatException outside) {
      // Told below, like any other text.
    }
    throw invalid("the parameter %s must be a whole number of at least 0", name);
  }

  private static boolean truth(String name, Form form, String value) {
    if (form != Form.TRUTH) {
      throw invalid("the parameter %s must be true or false, not %s", name, form.described);
    }
    return Boolean.parseBoolean(value);
  }

  private static boolean isWord(String value) {
    return switch (value) {
      case "null" -> false;
      case "word" -> true;
      default -> throw invalid("the parameter %s must be 'null' or 'word'", NON_FINITE);
    };
  }

  private static void requireNoSequence(String name, String value) {
    boolean none = value.isEmpty() || value.equals("0") || value.equals("false");
    if (!none) {
      throw new RequestRefused(
          ProblemType.NOT_SUPPORTED,
          "the parameter %s: no model here keeps a state between requests; leave it out"
              .formatted(name));
    }
  }

  /** Whether outputs are wanted as bytes unless one says otherwise. */
  boolean binaryOutputs() {
    return binaryOutputs;
  }

  /** Whether NaN and infinite numbers are written as bare words; otherwise as null. */
  boolean nonFiniteAsWords() {
    return nonFiniteAsWords;
  }

  /**
   * The request besides its tensors.
   *
   * @param header of the transport by its lower-case name
   */
  RequestTraits traits(RequestTraits.Protocol protocol, Function<String, Optional<String>> header) {
    return new RequestTraits(protocol, header, own, budget, priority, attributes);
  }
}
