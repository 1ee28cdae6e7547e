/** The one command: its verbs, and nothing that a service needs. */
@NullMarked
package dev.understudy.local;

import org.jspecify.annotations.NullMarked;
