using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Portal.Components.Shared;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Components.Tests.Shared;

/// <summary>A page whose service refuses.</summary>
public sealed class RefusedPage : LivePage
{
    [Parameter]
    public Refusal With { get; set; } = default!;

    protected override bool Concerns(RowChange change) => false;

    protected override Task LoadAsync()
    {
        Refused = With;
        return Task.CompletedTask;
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<PageState>(0);
        builder.AddComponentParameter(1, nameof(PageState.Page), this);
        builder.AddComponentParameter(2, nameof(PageState.ChildContent), (RenderFragment)(_ => { }));
        builder.CloseComponent();
    }
}
