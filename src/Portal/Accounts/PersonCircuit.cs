using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Portal.Core.Data;

namespace Portal.Accounts;

/// <summary>Counts a circuit for its person while it is connected, and has it look again at its person when that row changes.</summary>
internal sealed partial class PersonCircuit(
    CurrentActor current, AuthenticationStateProvider states, OpenCircuits circuits, IChangeFeed feed, ILogger<PersonCircuit> log) : CircuitHandler
{
    private Guid _person;
    private IDisposable? _changes;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _person = (await current.GetAsync()).Id;
        _changes = feed.Subscribe(OnChange);
    }

    /// <summary>Pages refuse before it comes to this; what opens circuits past them is ended here.</summary>
    /// <exception cref="InvalidOperationException">There are too many; the framework ends the circuit.</exception>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => circuits.TryEnter(_person, circuit.Id)
        ? Task.CompletedTask
        : throw new InvalidOperationException("too many open circuits");

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        circuits.Leave(_person, circuit.Id);
        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _changes?.Dispose();
        circuits.Leave(_person, circuit.Id);
        return Task.CompletedTask;
    }

    private void OnChange(RowChange change)
    {
        if ((change.IsEverything || (change.Kind == nameof(Core.Access.Person) && change.Id == _person)) && states is PersonRevalidation person)
            _ = CheckAsync(person);
    }

    private async Task CheckAsync(PersonRevalidation person)
    {
        try
        {
            await person.CheckAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            // It looks again within the minute.
            LogNotChecked(log, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether the person of a circuit may still be here could not be read: {Reason}")]
    private static partial void LogNotChecked(ILogger log, string reason);
}
