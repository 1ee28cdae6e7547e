package dev.understudy.contracts;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Fills every field of a message with a value that comes from its number alone; a message that
 * holds one of its own kind again leaves that one empty.
 */
final class FilledMessage {
  private FilledMessage() {}

  /** One filled message for each alternative of the message's own {@code oneof}. */
  static Stream<Message> everyBranch(Message empty) {
    var oneofs = empty.getDescriptorForType().getRealOneofs();
    if (oneofs.isEmpty()) {
      return Stream.of(fill(empty, null, Set.of()));
    }
    return oneofs.getFirst().getFields().stream().map(chosen -> fill(empty, chosen, Set.of()));
  }

  /** The message's name and, where it has alternatives, the one that is filled. */
  static String nameOf(Message message) {
    String name = message.getDescriptorForType().getName();
    var oneofs = message.getDescriptorForType().getRealOneofs();
    return oneofs.isEmpty()
        ? name
        : name + "." + message.getOneofFieldDescriptor(oneofs.getFirst()).getName();
  }

  private static Message fill(Message empty, FieldDescriptor chosen, Set<Descriptor> around) {
    Message.Builder builder = empty.newBuilderForType();
    Set<Descriptor> within = new HashSet<>(around);
    if (!within.add(empty.getDescriptorForType())) {
      return empty;
    }
    for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
      boolean alternative = field.getRealContainingOneof() != null;
      boolean wanted =
          !alternative
              || (chosen != null
                  ? field.equals(chosen)
                  : field.equals(field.getRealContainingOneof().getFields().getFirst()));
      if (!wanted) {
        continue;
      }
      Object value = value(builder, field, within);
      builder.setField(field, field.isRepeated() ? List.of(value) : value);
    }
    return builder.build();
  }

  private static Object value(
      Message.Builder builder, FieldDescriptor field, Set<Descriptor> within) {
    int number = field.getNumber();
    return switch (field.getJavaType()) {
      case INT -> number;
      case LONG -> 1000L + number;
      case FLOAT -> number + 0.5f;
      case DOUBLE -> number + 0.25;
      case BOOLEAN -> true;
      case STRING -> field.getName();
      case BYTE_STRING -> ByteString.copyFromUtf8(field.getName());
      case ENUM -> field.getEnumType().getValues().getLast();
      case MESSAGE -> fill(builder.newBuilderForField(field).build(), null, within);
    };
  }
}
