/**
 * What makes the audit trail tamper-evident, as plain rules: the form that is hashed, the chain,
 * the Merkle tree over it, signed checkpoints, and the check of all of them. No service is needed:
 * the registry and {@code ./understudy audit verify} run the same classes.
 */
@NullMarked
package dev.understudy.registry.chain;

import org.jspecify.annotations.NullMarked;
