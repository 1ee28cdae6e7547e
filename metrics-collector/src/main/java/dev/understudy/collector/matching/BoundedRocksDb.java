package dev.understudy.collector.matching;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One bound for the memory of all stores of the process together: by default each store may take
 * some hundred megabytes for itself. Public because Kafka Streams makes it.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  private static final long CACHE_BYTES = 96L << 20;
  private static final long WRITE_BUFFER_BYTES = 32L << 20;
  private static final long ONE_WRITE_BUFFER_BYTES = 4L << 20;

  /** Of a write buffer, for the filter that spares it a search. */
  private static final double MEMTABLE_FILTER = 0.05;

  /** Of the hash index in each block; RocksDB's own default. */
  private static final double HASH_FILL = 0.75;

  static {
    RocksDB.loadLibrary();
  }

  private static final Cache CACHE = new LRUCache(CACHE_BYTES);
  private static final WriteBufferManager WRITE_BUFFERS =
      new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    if (options.tableFormatConfig() instanceof BlockBasedTableConfig table) {
      table.setBlockCache(CACHE);
      table.setCacheIndexAndFilterBlocks(true);
      table.setPinL0FilterAndIndexBlocksInCache(true);
      table.setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash);
      table.setDataBlockHashTableUtilRatio(HASH_FILL);
      options.setTableFormatConfig(table);
    }
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(ONE_WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
    // Rows are looked up by their whole key, and most that are looked up first are not there.
    options.setMemtableWholeKeyFiltering(true);
    options.setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER);
  }

  @Override
  public void close(String store, Options options) {
    // Cache and write buffers are shared by all stores and live as long as the process.
  }
}
