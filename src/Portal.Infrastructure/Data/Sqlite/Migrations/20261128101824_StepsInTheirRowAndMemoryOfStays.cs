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

            migrationBuilder.AddColumn<string>(
                name: "ForecastOf",
                table: "pool_stays",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Nodes",
                table: "pool_stays",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            // Until now a stay without a pool was counted in cores, and nothing else of it was kept. What runs asked for is known.
            migrationBuilder.Sql(
                """
                UPDATE "pool_stays" SET "Cores" = "Accelerators", "Accelerators" = 0 WHERE "PoolId" IS NULL;
                UPDATE "pool_stays" SET "ForecastOf" = CASE WHEN "PoolId" IS NULL THEN 'Cores' ELSE 'Accelerators' END WHERE "ForecastAt" IS NOT NULL;
                UPDATE "pool_stays" SET
                    "Cores" = (SELECT "CpuMilli" / 1000.0 FROM "training_runs" WHERE "Id" = "WorkloadId"),
                    "MemoryGiB" = (SELECT "MemoryMiB" / 1024.0 FROM "training_runs" WHERE "Id" = "WorkloadId"),
                    "Nodes" = (SELECT "Nodes" FROM "training_runs" WHERE "Id" = "WorkloadId")
                WHERE EXISTS (SELECT 1 FROM "training_runs" WHERE "Id" = "WorkloadId");
                """);

            migrationBuilder.CreateIndex(
                name: "IX_projects_ClusterId_Intent_Size_Id",
                table: "projects",
                columns: new[] { "ClusterId", "Intent", "Size", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_pool_stays_EndedAt",
                table: "pool_stays",
                column: "EndedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_projects_ClusterId_Intent_Size_Id",
                table: "projects");

            migrationBuilder.DropIndex(
                name: "IX_pool_stays_EndedAt",
                table: "pool_stays");

            migrationBuilder.DropColumn(
                name: "Steps",
                table: "projects");

            migrationBuilder.Sql("""UPDATE "pool_stays" SET "Accelerators" = "Cores" WHERE "PoolId" IS NULL;""");

            migrationBuilder.DropColumn(
                name: "Cores",
                table: "pool_stays");

            migrationBuilder.DropColumn(
                name: "ForecastOf",
                table: "pool_stays");

            migrationBuilder.DropColumn(
                name: "Nodes",
                table: "pool_stays");

            migrationBuilder.DropColumn(
                name: "MemoryGiB",
                table: "pool_stays");

            migrationBuilder.RenameColumn(
                name: "Accelerators",
                table: "pool_stays",
                newName: "Units");

            // Empty: the next pass of each project fills it.
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
