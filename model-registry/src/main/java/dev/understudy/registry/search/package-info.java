/** What a search asks for, and how it becomes SQL in which every value is a parameter. */
@NullMarked
package dev.understudy.registry.search;

import org.jspecify.annotations.NullMarked;
