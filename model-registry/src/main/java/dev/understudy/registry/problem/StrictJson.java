package dev.understudy.registry.problem;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;

/** JSON is taken as it is said, or refused: no guesses at types, no unknown or doubled fields. */
@Singleton
class StrictJson implements ObjectMapperCustomizer {
  private static final int DEEPEST = 20;
  private static final int LONGEST_TEXT = 100_000;

  @Override
  public void customize(ObjectMapper json) {
    json.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxStringLength(LONGEST_TEXT)
                .build());
    json.getFactory().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
    json.enable(
        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
        DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    json.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    forbid(json, LogicalType.Textual, CoercionInputShape.Integer);
    forbid(json, LogicalType.Textual, CoercionInputShape.Float);
    forbid(json, LogicalType.Textual, CoercionInputShape.Boolean);
    for (LogicalType type :
        new LogicalType[] {LogicalType.Integer, LogicalType.Float, LogicalType.Boolean}) {
      forbid(json, type, CoercionInputShape.String);
      forbid(json, type, CoercionInputShape.EmptyString);
    }
    forbid(json, LogicalType.Boolean, CoercionInputShape.Integer);
    json.setConfig(
        json.getDeserializationConfig().without(MapperFeature.ALLOW_COERCION_OF_SCALARS));
  }

  private static void forbid(ObjectMapper json, LogicalType type, CoercionInputShape shape) {
    json.coercionConfigFor(type).setCoercion(shape, CoercionAction.Fail);
  }
}
