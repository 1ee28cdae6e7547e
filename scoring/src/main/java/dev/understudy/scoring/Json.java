package dev.understudy.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** JSON of others, read with suspicion. */
final class Json {
  private static final int DEEPEST = 100;
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** The one value that the content is. */
  static JsonNode tree(byte[] content) throws IOException {
    return MAPPER.readTree(content);
  }

  /**
   * A text that must be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  static String text(JsonNode object, String name) {
    JsonNode value = object.path(name);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new IllegalArgumentException("%s is missing or no text".formatted(name));
    }
    return value.textValue();
  }

  /**
   * An array that must be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  static JsonNode array(JsonNode object, String name) {
    JsonNode value = object.path(name);
    if (!value.isArray()) {
      throw new IllegalArgumentException("%s is missing or no array".formatted(name));
    }
    return value;
  }

  static JsonFactory factory() {
    return MAPPER.getFactory();
  }
}
