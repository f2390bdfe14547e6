using Microsoft.AspNetCore.Components;

namespace Portal.Components.Shared.Lists;

/// <summary>A column of a <see cref="DataList{T}"/>; its content draws the cell of a row.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed class ListColumn<T> : ComponentBase, IDisposable
{
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>Name that the service sorts by, or null for a column that cannot be sorted.</summary>
    [Parameter]
    public string? Sort { get; set; }

    /// <summary>Right-aligned digits of one width.</summary>
    [Parameter]
    public bool Number { get; set; }

    [Parameter]
    public string? Class { get; set; }

    [Parameter, EditorRequired]
    public RenderFragment<T> ChildContent { get; set; } = default!;

    [CascadingParameter]
    private DataList<T> List { get; set; } = default!;

    internal string? CellClass => Number ? $"number {Class}" : Class;

    internal RenderFragment Cell(T row) => ChildContent(row);

    /// <inheritdoc/>
    public void Dispose() => List.Remove(this);

    /// <inheritdoc/>
    protected override void OnInitialized() => List.Add(this);
}
