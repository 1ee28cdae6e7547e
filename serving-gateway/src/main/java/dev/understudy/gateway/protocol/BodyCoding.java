package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.contracts.ProblemType;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** How a body is compressed on its way. */
enum BodyCoding {
  IDENTITY,
  GZIP,
  /** With the frame of zlib, as HTTP means it. */
  DEFLATE;

  /** What a request may be compressed with, for the header {@code Accept-Encoding}. */
  static final String ACCEPTED = "gzip, deflate";

  /** A smaller answer is not worth the work. */
  static final int SMALLEST = 1_024;

  private static final int CHUNK = 8_192;

  /**
   * The coding of a request.
   *
   * @param contentEncoding the header; null: none
   */
  static BodyCoding ofRequest(@Nullable String contentEncoding) {
    if (contentEncoding == null) {
      return IDENTITY;
    }
    return switch (contentEncoding.trim().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "deflate" -> DEFLATE;
      default ->
          throw new RequestRefused(
              ProblemType.UNSUPPORTED_MEDIA_TYPE,
              "the content encoding is not supported; send the body as it is, or as one of "
                  + ACCEPTED);
    };
  }

  /**
   * The coding that the client likes best of those we have.
   *
   * @param acceptEncoding the header; null: none
   */
  static BodyCoding ofAnswer(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return IDENTITY;
    }
    double gzip = -1;
    double deflate = -1;
    double others = 0;
    double identity = -1;
    for (String one : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      String name = one.contains(";") ? one.substring(0, one.indexOf(';')).trim() : one.trim();
      double weight = weight(one);
      switch (name) {
        case "gzip", "x-gzip" -> gzip = weight;
        case "deflate" -> deflate = weight;
        case "identity" -> identity = weight;
        case "*" -> others = weight;
        default -> {}
      }
    }
    gzip = gzip < 0 ? others : gzip;
    deflate = deflate < 0 ? others : deflate;
    double best = Math.max(gzip, deflate);
    if (best <= 0 || best < identity) {
      return IDENTITY;
    }
    return gzip >= deflate ? GZIP : DEFLATE;
  }

  private static double weight(String one) {
    int at = one.indexOf("q=");
    if (at < 0) {
      return 1;
    }
    try {
      double weight = Double.parseDouble(one.substring(at + 2).trim());
      return weight > 0 && weight <= 1 ? weight : 0;
    } catch (NumberFormatException noWeight) {
      return 0;
    }
  }

  /** The name in {@code Content-Encoding}. */
  String headerValue() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The body as it was before it was compressed.
   *
   * @param limit of its size, in bytes
   */
  byte[] decode(byte[] body, int limit) {
    if (this == IDENTITY) {
      return body;
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream(Math.min(limit, 4 * body.length));
    byte[] chunk = new byte[CHUNK];
    try (InputStream unpacking = unpacking(new ByteArrayInputStream(body))) {
      for (int read = unpacking.read(chunk); read >= 0; read = unpacking.read(chunk)) {
        if (read > limit - plain.size()) {
          throw new RequestRefused(
              ProblemType.TOO_LARGE,
              "the body is larger than %d bytes when unpacked; %s"
                  .formatted(limit, RequestLimits.WAY_OUT));
        }
        plain.write(chunk, 0, read);
      }
    } catch (IOException e) {
      throw invalid("the body is not what its content encoding %s says", headerValue());
    }
    return plain.toByteArray();
  }

  private InputStream unpacking(InputStream packed) throws IOException {
    return this == GZIP ? new GZIPInputStream(packed, CHUNK) : new InflaterInputStream(packed);
  }

  /** The body compressed. */
  Buffer encode(Buffer body) {
    if (this == IDENTITY) {
      return body;
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream(body.length() / 2);
    try (OutputStream packing = packing(packed)) {
      packing.write(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("memory refuses nothing", e);
    }
    return Buffer.buffer(packed.toByteArray());
  }

  private OutputStream packing(OutputStream packed) throws IOException {
    return this == GZIP ? new FastGzip(packed) : new FastDeflate(packed);
  }

  // It is done on the event loop, so speed is worth more than the last bytes.
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream packed) throws IOException {
      super(packed, CHUNK);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  private static final class FastDeflate extends DeflaterOutputStream {
    FastDeflate(OutputStream packed) {
      super(packed);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
