using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace Portal.Components.Layout;

/// <summary>The state of the palette: what was typed, what was found, what is chosen.</summary>
public partial class CommandPalette
{
    private DotNetObjectReference<CommandPalette>? _self;
    private CancellationTokenSource _search = new();
    private IReadOnlyList<PaletteItem> _items = [];
    private string _text = "";
    private int _chosen;
    private bool _open;
    private bool _focus;

    [Inject]
    private PaletteSearch Finder { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Shell> W { get; set; } = default!;

    /// <summary>Opens the palette; also called by the key.</summary>
    [JSInvokable]
    public Task Open() => InvokeAsync(async () =>
    {
        if (_open)
            return;
        (_open, _focus, _text) = (true, true, "");
        await FindAsync();
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _search.Cancel();
        _search.Dispose();
        _self?.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await Script.InvokeVoidAsync("portal.onPalette", _self);
        }
        if (_focus)
        {
            _focus = false;
            await Script.InvokeVoidAsync("portal.focus", "palette-input");
        }
    }

    private void Close() => _open = false;

    private Task SearchAsync(ChangeEventArgs typed)
    {
        _text = typed.Value as string ?? "";
        return FindAsync();
    }

    private async Task FindAsync()
    {
        await _search.CancelAsync();
        _search.Dispose();
        _search = new CancellationTokenSource();
        var token = _search.Token;
        try
        {
            var found = await Finder.FindAsync(_text.Trim(), token);
            (_items, _chosen) = (found, 0);
            StateHasChanged();
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // More was typed meanwhile.
        }
    }

    private async Task KeyAsync(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "Escape":
                Close();
                return;
            case "Enter" when _items.Count > 0:
                Go(_items[_chosen]);
                return;
            case "ArrowDown" when _items.Count > 0:
                _chosen = (_chosen + 1) % _items.Count;
                break;
            case "ArrowUp" when _items.Count > 0:
                _chosen = (_chosen + _items.Count - 1) % _items.Count;
                break;
            default:
                return;
        }
        await Script.InvokeVoidAsync("portal.show", $"palette-{_chosen}");
    }

    private void Go(PaletteItem item)
    {
        Close();
        Navigator.NavigateTo(item.Path);
    }
}
