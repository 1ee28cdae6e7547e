package dev.understudy.registry.chain;

import org.jspecify.annotations.Nullable;

/**
 * What a check of a log found.
 *
 * @param valid everything that was checked holds
 * @param checked how many events were looked at, up to the first that is broken
 * @param firstBrokenSeq where it breaks; for a whole rewrite the first event that no checkpoint
 *     vouches for
 * @param reason what is wrong there, in words
 * @param lastCheckpoint the last checkpoint that was compared and holds
 */
public record ChainReport(
    String project,
    boolean valid,
    long checked,
    @Nullable Long firstBrokenSeq,
    @Nullable String reason,
    @Nullable Checkpoint lastCheckpoint) {}
