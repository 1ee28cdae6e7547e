package dev.understudy.registry.artefact;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.problem.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The fields that a PMML document reads and the ones that it answers with, read without running
 * anything and without any document type or entity. Immutable.
 *
 * @param activeFields of the outermost model
 * @param outputFields of the outermost model; empty where the document leaves them to its reader
 */
public record PmmlOutline(Set<String> activeFields, Set<String> outputFields) {
  private static final int DEEPEST = 500;
  private static final long MOST_BYTES = 64L << 20;
  private static final String NAMESPACE = "http://www.dmg.org/PMML-";
  private static final Set<String> NOT_ACTIVE =
      Set.of(
          "target",
          "predicted",
          "supplementary",
          "group",
          "order",
          "frequencyWeight",
          "analysisWeight");

  public PmmlOutline {
    activeFields = Set.copyOf(activeFields);
    outputFields = Set.copyOf(outputFields);
  }

  /**
   * Reads a file.
   *
   * @throws Refused when it is not sound PMML
   */
  public static PmmlOutline of(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw refused("as PMML it may have %d bytes at most".formatted(MOST_BYTES));
    }
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  static PmmlOutline of(InputStream in) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty("jdk.xml.dtd.support", "deny");
    factory.setProperty("jdk.xml.maxElementDepth", DEEPEST);
    // Without document types the only entities are &lt; and its like, which grow to nothing.
    factory.setProperty("jdk.xml.maxGeneralEntitySizeLimit", 0);
    factory.setProperty("jdk.xml.totalEntitySizeLimit", 0);
    try {
      return read(factory.createXMLStreamReader(in));
    } catch (XMLStreamException e) {
      throw refused("it is no sound XML: " + e.getMessage());
    }
  }

  private static PmmlOutline read(XMLStreamReader reader) throws XMLStreamException {
    Set<String> active = new LinkedHashSet<>();
    Set<String> outputs = new LinkedHashSet<>();
    Deque<String> path = new ArrayDeque<>();
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          String name = reader.getLocalName();
          if (path.isEmpty() && !isRoot(reader)) {
            throw refused("it is XML, and its root is %s instead of PMML".formatted(name));
          }
          path.addLast(name);
          // PMML, the model, its MiningSchema or Output, the field: what is deeper is a part's own.
          if (path.size() == 4 && name.equals("MiningField") && isActive(reader)) {
            active.add(attribute(reader));
          } else if (path.size() == 4 && name.equals("OutputField")) {
            outputs.add(attribute(reader));
          }
        }
        case XMLStreamConstants.END_ELEMENT -> path.removeLast();
        default -> {
          // Text and comments say nothing of the fields.
        }
      }
    }
    if (active.isEmpty()) {
      throw refused("its model has no active field");
    }
    return new PmmlOutline(active, outputs);
  }

  private static boolean isRoot(XMLStreamReader reader) {
    String namespace = reader.getNamespaceURI();
    return reader.getLocalName().equals("PMML")
        && (namespace == null || namespace.isEmpty() || namespace.startsWith(NAMESPACE));
  }

  private static boolean isActive(XMLStreamReader reader) {
    String usage = reader.getAttributeValue(null, "usageType");
    return usage == null || !NOT_ACTIVE.contains(usage);
  }

  private static String attribute(XMLStreamReader reader) {
    String name = reader.getAttributeValue(null, "name");
    if (name == null) {
      throw refused("one of its fields has no name");
    }
    return name;
  }

  private static Refused refused(String why) {
    return Refused.field(ProblemType.INVALID_ARTEFACT, "sha256", why);
  }
}
