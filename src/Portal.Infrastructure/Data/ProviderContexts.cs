using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Infrastructure.Data;

/// <summary>The database on PostgreSQL; its migrations are beside it.</summary>
public sealed class PostgresPortalDb(DbContextOptions<PostgresPortalDb> options) : PortalDb(options);

/// <summary>The database on SQLite; its migrations are beside it.</summary>
public sealed class SqlitePortalDb(DbContextOptions<SqlitePortalDb> options) : PortalDb(options);
