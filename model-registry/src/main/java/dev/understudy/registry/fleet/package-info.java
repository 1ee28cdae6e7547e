/** The gateways, as they report themselves: which are live, and how far each is with a route. */
@NullMarked
package dev.understudy.registry.fleet;

import org.jspecify.annotations.NullMarked;
