package dev.understudy.registry.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.VersionRef;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import org.jspecify.annotations.Nullable;

/** A candidate's row, beside its rollout's. */
@Embeddable
class CandidateRow {
  @Column byte[] version;

  /** The artefact's, by which attempts of the same candidate are counted. */
  @Column String sha256;

  @Column
  @Enumerated(EnumType.STRING)
  Contender.Standing standing;

  @Column @Nullable String reason;

  @Column(name = "left_in_epoch")
  @Nullable Integer leftInEpoch;

  @Column boolean chosen;

  static CandidateRow of(Contender contender) {
    CandidateRow row = new CandidateRow();
    row.version = contender.version().toByteArray();
    row.sha256 = contender.version().getSha256();
    row.standing = contender.standing();
    row.reason = contender.reason();
    row.leftInEpoch = contender.leftInEpoch();
    row.chosen = contender.chosen();
    return row;
  }

  Contender contender() {
    try {
      return new Contender(VersionRef.parseFrom(version), standing, reason, leftInEpoch, chosen);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a kept version is not readable", e);
    }
  }
}
