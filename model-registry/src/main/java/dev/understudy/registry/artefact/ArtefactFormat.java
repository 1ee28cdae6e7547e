package dev.understudy.registry.artefact;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an artefact can be, by the name that a version announces and routes carry. */
public enum ArtefactFormat {
  ONNX("onnx"),
  /** An XML document whose root is PMML. */
  PMML("pmml"),
  /** A description of a model on another server. */
  REMOTE("remote");

  private final String id;

  ArtefactFormat(String id) {
    this.id = id;
  }

  /** As it is announced. */
  public String id() {
    return id;
  }

  /** The format of that name. */
  public static Optional<ArtefactFormat> of(String id) {
    return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
  }

  /** All names, for messages. */
  public static String ids() {
    return Arrays.stream(values()).map(ArtefactFormat::id).collect(Collectors.joining(", "));
  }
}
