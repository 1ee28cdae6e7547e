package dev.understudy.gateway.journal;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a record lies on disk, big-endian: length of the rest (4 bytes), CRC32C of the rest (4), kind
 * (1), time in ms (8), length of the key (2) and of the event id (2), key, event id, value. A
 * record with a place in a trace has the highest bit of the kind set, and the length of that (2)
 * and itself before the value.
 */
final class SpoolFrame {
  private static final int PREFIX = 2 * Integer.BYTES;
  private static final int FIXED = Byte.BYTES + Long.BYTES + 2 * Short.BYTES;
  private static final int TRACED = 0x80;

  private SpoolFrame() {}

  /** What a file holds where a frame should be. */
  static final class TornException extends Exception {
    private static final long serialVersionUID = 1;

    TornException(String reason) {
      super(reason);
    }
  }

  /** Bytes on disk. */
  static int size(LogRecord record) {
    return PREFIX + FIXED + (isTraced(record) ? Short.BYTES : 0) + record.size();
  }

  private static boolean isTraced(LogRecord record) {
    return record.trace().length > 0;
  }

  static void write(LogRecord record, ByteBuffer to) {
    int start = to.position();
    to.position(start + PREFIX);
    boolean traced = isTraced(record);
    to.put((byte) (record.kind().code | (traced ? TRACED : 0)))
        .putLong(record.timeMs())
        .putShort((short) record.key().length)
        .putShort((short) record.eventId().length)
        .put(record.key())
        .put(record.eventId());
    if (traced) {
      to.putShort((short) record.trace().length).put(record.trace());
    }
    to.put(record.value());
    int length = to.position() - start - PREFIX;
    to.putInt(start, length);
    to.putInt(start + Integer.BYTES, crc(to.slice(start + PREFIX, length)));
  }

  /**
   * Reads the next record.
   *
   * @param left bytes that the file still has; at least one
   */
  static LogRecord read(DataInputStream from, long left) throws IOException, TornException {
    if (left < PREFIX) {
      throw new TornException("the file ends within a frame's head");
    }
    int length = from.readInt();
    int crc = from.readInt();
    if (length < FIXED || length > left - PREFIX) {
      throw new TornException("a frame of %d bytes, where %d are left".formatted(length, left));
    }
    byte[] rest = from.readNBytes(length);
    ByteBuffer frame = ByteBuffer.wrap(rest);
    if (rest.length != length || crc(frame.duplicate()) != crc) {
      throw new TornException("a frame's checksum is wrong");
    }
    byte code = frame.get();
    long timeMs = frame.getLong();
    int keyLength = Short.toUnsignedInt(frame.getShort());
    int idLength = Short.toUnsignedInt(frame.getShort());
    if (keyLength + idLength > frame.remaining()) {
      throw new TornException("a frame's key is longer than the frame");
    }
    try {
      LogRecord.Kind kind = LogRecord.Kind.of((byte) (code & ~TRACED));
      byte[] key = bytes(frame, keyLength);
      byte[] eventId = bytes(frame, idLength);
      byte[] trace = (code & TRACED) == 0 ? new byte[0] : trace(frame);
      return new LogRecord(kind, timeMs, key, eventId, bytes(frame, frame.remaining()), trace);
    } catch (IllegalArgumentException e) {
      throw new TornException(String.valueOf(e.getMessage()));
    }
  }

  private static byte[] trace(ByteBuffer frame) throws TornException {
    int length = frame.remaining() < Short.BYTES ? -1 : Short.toUnsignedInt(frame.getShort());
    if (length < 0 || length > frame.remaining()) {
      throw new TornException("a frame's trace is longer than the frame");
    }
    return bytes(frame, length);
  }

  private static byte[] bytes(ByteBuffer from, int length) {
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
