using Portal.Accounts;

namespace Portal.Integration.Tests.Accounts;

public class OpenCircuitsTests
{
    private static readonly Guid Ana = Guid.CreateVersion7();
    private static readonly Guid Ben = Guid.CreateVersion7();

    private readonly OpenCircuits _circuits = new(new CircuitLimits { PerPerson = 2, Total = 3 });

    [Fact]
    public void Enter_BeyondOnesShare_IsRefusedAndOthersAreNot()
    {
        Assert.True(_circuits.TryEnter(Ana, "a1"));
        Assert.True(_circuits.TryEnter(Ana, "a2"));
        Assert.True(_circuits.TryEnter(Ana, "a2"));

        Assert.True(_circuits.IsFull(Ana));
        Assert.False(_circuits.TryEnter(Ana, "a3"));
        Assert.True(_circuits.TryEnter(Ben, "b1"));
        Assert.Equal(3, _circuits.Total);
    }

    [Fact]
    public void Enter_BeyondWhatAllMayHave_IsRefusedUntilSomebodyLeaves()
    {
        Assert.True(_circuits.TryEnter(Ana, "a1") && _circuits.TryEnter(Ana, "a2") && _circuits.TryEnter(Ben, "b1"));
        Assert.False(_circuits.TryEnter(Ben, "b2"));

        _circuits.Leave(Ana, "a1");
        _circuits.Leave(Ana, "a1");

        Assert.True(_circuits.TryEnter(Ben, "b2"));
        Assert.Equal(3, _circuits.Total);
    }
}
