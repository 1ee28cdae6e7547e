/** The registry from outside: REST, Kafka and PostgreSQL, all real. */
package dev.understudy.registry;
