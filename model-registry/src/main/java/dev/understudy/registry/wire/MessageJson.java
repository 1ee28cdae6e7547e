package dev.understudy.registry.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Protobuf messages as JSON that people and scripts read: field names as in the .proto, numbers as
 * numbers, choices by name, bytes in base 64; what is optional and absent is left out.
 */
public final class MessageJson {
  private MessageJson() {}

  /** The message as nested maps and lists. */
  public static Map<String, Object> of(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        fields.put(
            field.getName(),
            ((List<?>) message.getField(field)).stream().map(MessageJson::value).toList());
      } else if (!field.hasPresence() || message.hasField(field)) {
        fields.put(field.getName(), value(message.getField(field)));
      }
    }
    return fields;
  }

  private static Object value(Object value) {
    return switch (value) {
      case Message message -> of(message);
      case EnumValueDescriptor choice -> choice.getName();
      case ByteString bytes -> Base64.getEncoder().encodeToString(bytes.toByteArray());
      default -> value;
    };
  }
}
