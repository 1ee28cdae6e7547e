package dev.understudy.scoring;

import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.util.Objects;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * A PMML document made harmless: read by a parser that knows no document type and no entity, within
 * limits, and written again with its elements, attributes and text alone. What pmml4s reads, by a
 * parser of its own, is only ever this text.
 */
final class PmmlText {
  static final int MAXIMUM_BYTES = 64 << 20;
  private static final int MAXIMUM_DEPTH = 500;
  private static final String ROOT = "PMML";
  private static final String NAMESPACE = "http://www.dmg.org/PMML-";
  private static final XMLInputFactory READERS = readers();
  private static final XMLOutputFactory WRITERS = XMLOutputFactory.newDefaultFactory();

  private PmmlText() {}

  private static XMLInputFactory readers() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty("jdk.xml.dtd.support", "deny");
    factory.setProperty("jdk.xml.maxElementDepth", MAXIMUM_DEPTH);
    // Without document types the only entities are &lt; and its like, which grow to nothing.
    factory.setProperty("jdk.xml.maxGeneralEntitySizeLimit", 0);
    factory.setProperty("jdk.xml.totalEntitySizeLimit", 0);
    return factory;
  }

  /** Whether the first element of the content says that it is PMML. */
  static boolean isOne(byte[] content) {
    if (!startsLikeXml(content)) {
      return false;
    }
    try {
      return isRoot(open(content));
    } catch (XMLStreamException noXml) {
      return false;
    }
  }

  // A byte order mark, or what XML in UTF-8 or UTF-16 may begin with.
  private static boolean startsLikeXml(byte[] content) {
    if (content.length < ROOT.length()) {
      return false;
    }
    return switch (content[0]) {
      case '<', ' ', '\t', '\r', '\n', 0, (byte) 0xEF, (byte) 0xFE, (byte) 0xFF -> true;
      default -> false;
    };
  }

  private static boolean isRoot(XMLStreamReader reader) {
    String namespace = reader.getNamespaceURI();
    return reader.getLocalName().equals(ROOT)
        && (namespace == null || namespace.isEmpty() || namespace.startsWith(NAMESPACE));
  }

  /** A reader that stands on the root element. */
  private static XMLStreamReader open(byte[] content) throws XMLStreamException {
    XMLStreamReader reader = READERS.createXMLStreamReader(new ByteArrayInputStream(content));
    while (reader.getEventType() != XMLStreamConstants.START_ELEMENT) {
      if (reader.getEventType() == XMLStreamConstants.DTD) {
        throw new XMLStreamException("it has a document type; remove it");
      }
      reader.next();
    }
    return reader;
  }

  /** The document as text; elements of other namespaces are left out. */
  static String of(byte[] content) throws ModelRefused {
    if (content.length > MAXIMUM_BYTES) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE,
          "the PMML document has %d bytes, at most %d are read; make the model smaller or export ONNX"
              .formatted(content.length, MAXIMUM_BYTES));
    }
    try {
      XMLStreamReader reader = open(content);
      StringWriter text = new StringWriter(content.length);
      copy(reader, WRITERS.createXMLStreamWriter(text));
      return text.toString();
    } catch (XMLStreamException e) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE, "it is no sound XML: " + e.getMessage(), e);
    }
  }

  private static void copy(XMLStreamReader reader, XMLStreamWriter writer)
      throws XMLStreamException {
    String namespace = reader.getNamespaceURI();
    int foreign = 0;
    for (int event = reader.getEventType();
        event != XMLStreamConstants.END_DOCUMENT;
        event = reader.next()) {
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (foreign > 0 || !isSame(namespace, reader.getNamespaceURI())) {
            foreign++;
          } else {
            start(reader, writer);
          }
        }
        case XMLStreamConstants.END_ELEMENT -> {
          if (foreign > 0) {
            foreign--;
          } else {
            writer.writeEndElement();
          }
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          if (foreign == 0) {
            writer.writeCharacters(reader.getText());
          }
        }
        default -> {
          // Comments and processing instructions are for nobody here.
        }
      }
    }
    writer.flush();
  }

  private static boolean isSame(@Nullable String one, @Nullable String other) {
    return Objects.requireNonNullElse(one, "").equals(Objects.requireNonNullElse(other, ""));
  }

  private static void start(XMLStreamReader reader, XMLStreamWriter writer)
      throws XMLStreamException {
    writer.writeStartElement(reader.getLocalName());
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      if (isSame(null, reader.getAttributeNamespace(i))) {
        writer.writeAttribute(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
      }
    }
  }
}
