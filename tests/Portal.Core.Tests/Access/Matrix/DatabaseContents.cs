using System.Data;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>Every row of every table but the audit log's, as text to compare.</summary>
internal static class DatabaseContents
{
    public static async Task<string> ReadAsync(TestDatabase database)
    {
        await using var db = await database.OpenAsync();
        var connection = db.Database.GetDbConnection();
        await connection.OpenAsync();
        var text = new StringBuilder();
        var tables = db.Model.GetEntityTypes().Select(t => t.GetTableName()).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        foreach (var table in tables.Where(t => !t.StartsWith("audit_", StringComparison.Ordinal)))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\" ORDER BY 1, 2";
            await using var reader = await command.ExecuteReaderAsync();
            var values = new object[reader.FieldCount];
            while (await reader.ReadAsync())
            {
                reader.GetValues(values);
                text.Append(table).Append(": ").AppendJoin(" | ", values).Append('\n');
            }
        }
        return text.ToString();
    }
}
