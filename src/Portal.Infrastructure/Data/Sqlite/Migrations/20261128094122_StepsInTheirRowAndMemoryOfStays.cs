using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Infrastructure.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class StepsInTheirRowAndMemoryOfStays : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_projects_ClusterId",
                table: "projects");

            migrationBuilder.RenameColumn(
                name: "Units",
                table: "pool_stays",
                newName: "Accelerators");

            migrationBuilder.AddColumn<string>(
                name: "Steps",
                table: "projects",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.Sql(
                """
                UPDATE "projects" SET "Steps" = (
                    SELECT json_group_array(json_object(
                        'Kind', "Kind", 'State', "State", 'Reason', "Reason", 'Detail', "Detail", 'Attempts', "Attempts",
                        'ChangedAt', replace("ChangedAt", ' ', 'T') || 'Z'))
                    FROM "project_steps" WHERE "ProjectId" = "projects"."Id");
                """);

            migrationBuilder.DropTable(
                name: "project_steps");

            migrationBuilder.AddColumn<double>(
                name: "MemoryGiB",
                table: "pool_stays",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<double>(
                name: "Cores",
                table: "pool_stays",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            // Until now a stay without a pool was counted in cores.
            migrationBuilder.Sql("""UPDATE "pool_stays" SET "Cores" = "Accelerators", "Accelerators" = 0 WHERE "PoolId" IS NULL;""");

            migrationBuilder.CreateIndex(
                name: "IX_projects_ClusterId_Intent_Size_Id",
                table: "projects",
                columns: new[] { "ClusterId", "Intent", "Size", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_projects_ClusterId_Intent_Size_Id",
                table: "projects");

            migrationBuilder.DropColumn(
                name: "Steps",
                table: "projects");

            migrationBuilder.Sql("""UPDATE "pool_stays" SET "Accelerators" = "Cores" WHERE "PoolId" IS NULL;""");

            migrationBuilder.DropColumn(
                name: "Cores",
                table: "pool_stays");

            migrationBuilder.DropColumn(
                name: "MemoryGiB",
                table: "pool_stays");

            migrationBuilder.RenameColumn(
                name: "Accelerators",
                table: "pool_stays",
                newName: "Units");

            migrationBuilder.CreateTable(
                name: "project_steps",
                columns: table => new
                {
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    ChangedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Detail = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_project_steps", x => new { x.ProjectId, x.Kind });
                    table.ForeignKey(
                        name: "FK_project_steps_projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_projects_ClusterId",
                table: "projects",
                column: "ClusterId");
        }
    }
}
