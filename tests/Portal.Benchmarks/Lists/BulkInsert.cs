using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Core.Data;

namespace Portal.Benchmarks.Lists;

/// <summary>Fills a table many rows a statement, past the change tracker and the audit log, which a benchmark does not measure.</summary>
internal static class BulkInsert
{
    // SQLite looks each parameter up by its name, one after the other.
    private const int MostParameters = 600;

    /// <summary>Inserts the rows in one transaction, then lets the server gather its statistics.</summary>
    public static async Task FillAsync<T>(PortalDb db, IEnumerable<T> rows) where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        IProperty[] properties = [.. entity.GetProperties().Where(p => p.GetColumnName(table) is not null && !p.IsShadowProperty())];
        var sql = db.Database.GetService<ISqlGenerationHelper>();
        var head = $"INSERT INTO {sql.DelimitIdentifier(table.Name)} ({string.Join(", ", properties.Select(p => sql.DelimitIdentifier(p.GetColumnName(table)!)))}) VALUES ";

        await db.Database.OpenConnectionAsync();
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            foreach (var chunk in rows.Chunk(MostParameters / properties.Length))
            {
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.Transaction = transaction.GetDbTransaction();
                command.CommandText = head + Values(command, properties, chunk);
                await command.ExecuteNonQueryAsync();
            }
            await transaction.CommitAsync();
        }
        await AnalyzeAsync(db);
    }

    /// <summary>Copies every row so many times inside the database, each copy with an id and names of its own.</summary>
    public static async Task MultiplyAsync<T>(PortalDb db, int copies, params string[] names) where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        var sql = db.Database.GetService<ISqlGenerationHelper>();
        var newId = db.Database.IsNpgsql() ? "gen_random_uuid()"
            : "substr(h,1,8)||'-'||substr(h,9,4)||'-'||substr(h,13,4)||'-'||substr(h,17,4)||'-'||substr(h,21,12)";
        var rows = db.Database.IsNpgsql() ? sql.DelimitIdentifier(table.Name)
            : $"(SELECT *, hex(randomblob(16)) AS h FROM {sql.DelimitIdentifier(table.Name)})";
        string Quoted(IProperty p) => sql.DelimitIdentifier(p.GetColumnName(table)!);
        string Value(IProperty p) => p.IsPrimaryKey() ? newId : names.Contains(p.Name) ? $"{Quoted(p)} || '-x' || {{0}}" : Quoted(p);
        IProperty[] properties = [.. entity.GetProperties().Where(p => p.GetColumnName(table) is not null && !p.IsShadowProperty())];
        var copy = $"INSERT INTO {sql.DelimitIdentifier(table.Name)} ({string.Join(", ", properties.Select(Quoted))}) "
            + $"SELECT {string.Join(", ", properties.Select(Value))} FROM {rows} AS r WHERE {Quoted(entity.FindProperty(names[0])!)} NOT LIKE '%-x%'";
        for (var i = 1; i <= copies; i++)
            await db.Database.ExecuteSqlRawAsync(copy.Replace("{0}", $"'{i}'", StringComparison.Ordinal));
        await AnalyzeAsync(db);
    }

    // The server would do it by itself a minute later; both databases know this statement.
    private static Task AnalyzeAsync(PortalDb db) => db.Database.ExecuteSqlRawAsync("ANALYZE");

    private static string Values<T>(DbCommand command, IProperty[] properties, T[] rows) where T : class
    {
        var values = new StringBuilder();
        foreach (var row in rows)
        {
            values.Append(values.Length == 0 ? "(" : ",(");
            for (var i = 0; i < properties.Length; i++)
            {
                var name = $"@p{command.Parameters.Count}";
                values.Append(i == 0 ? "" : ",").Append(name);
                var mapping = properties[i].GetRelationalTypeMapping();
                command.Parameters.Add(mapping.CreateParameter(command, name, properties[i].GetGetter().GetClrValue(row), properties[i].IsNullable));
            }
            values.Append(')');
        }
        return values.ToString();
    }
}
