using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Infrastructure.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RangesOfClustersAndEndsOfRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ControlPlaneRanges",
                table: "clusters",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<string>(
                name: "PortalRanges",
                table: "clusters",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.CreateIndex(
                name: "IX_training_runs_FinishedAt",
                table: "training_runs",
                column: "FinishedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_training_runs_FinishedAt",
                table: "training_runs");

            migrationBuilder.DropColumn(
                name: "ControlPlaneRanges",
                table: "clusters");

            migrationBuilder.DropColumn(
                name: "PortalRanges",
                table: "clusters");
        }
    }
}
