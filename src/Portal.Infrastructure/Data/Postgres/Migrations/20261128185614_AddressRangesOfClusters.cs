using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Infrastructure.Data.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class AddressRangesOfClusters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ControlPlaneRanges",
                table: "clusters",
                type: "text",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<string>(
                name: "PortalRanges",
                table: "clusters",
                type: "text",
                nullable: false,
                defaultValue: "[]");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ControlPlaneRanges",
                table: "clusters");

            migrationBuilder.DropColumn(
                name: "PortalRanges",
                table: "clusters");
        }
    }
}
