/**
 * What MLflow's clients ask, answered by the same models, versions, aliases and runs. A subset:
 * what serves is decided by rollouts, and no address that a client names is ever followed.
 */
@NullMarked
package dev.understudy.registry.mlflow;

import org.jspecify.annotations.NullMarked;
