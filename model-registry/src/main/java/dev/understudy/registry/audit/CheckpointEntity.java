package dev.understudy.registry.audit;

import dev.understudy.contracts.Digest;
import dev.understudy.registry.chain.Checkpoint;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** One signed checkpoint. The database refuses to change or remove it. */
@Entity
@Table(name = "audit_checkpoint")
class CheckpointEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  @Column String project;
  @Column long size;
  @Column Instant at;
  @Column String root;
  @Column String key;
  @Column byte[] signature;

  /** What the next root is computed from. */
  @Column byte[] edge;

  static CheckpointEntity of(Checkpoint checkpoint, byte[] edge) {
    CheckpointEntity row = new CheckpointEntity();
    row.project = checkpoint.project();
    row.size = checkpoint.size();
    row.at = checkpoint.at();
    row.root = Digest.hex(checkpoint.root());
    row.key = checkpoint.key();
    row.signature = checkpoint.signature();
    row.edge = edge;
    return row;
  }

  Checkpoint checkpoint() {
    return new Checkpoint(project, size, HexFormat.of().parseHex(root), at, key, signature);
  }
}
