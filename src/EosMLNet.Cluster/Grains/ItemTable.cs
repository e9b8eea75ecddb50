namespace EosMLNet.Cluster.Grains;

/// <summary>How far each item of a stage is: a number a byte each, since there may be a hundred thousand of them.</summary>
[GenerateSerializer]
internal sealed class ItemTable
{
    private const byte Waiting = 0, Running = 1, Done = 2, Failed = 3;

    [Id(0)]
    private readonly byte[] states;
    [Id(1)]
    private readonly int[] attempts;
    [Id(2)]
    private readonly byte[] losses;

    internal ItemTable(int count) => (states, attempts, losses) = (new byte[count], new int[count], new byte[count]);

    internal int Count => states.Length;

    internal int DoneCount => states.AsSpan().Count(Done);

    internal int RunningCount => states.AsSpan().Count(Running);

    internal int FailedCount => states.AsSpan().Count(Failed);

    internal bool IsOver => DoneCount + FailedCount == Count;

    /// <summary>Whether an item was begun, whatever became of it.</summary>
    internal bool HasBegun => attempts.AsSpan().ContainsAnyExcept(0);

    /// <summary>The items that are worked on.</summary>
    internal IEnumerable<int> RunningItems => Enumerable.Range(0, Count).Where(item => states[item] == Running);

    /// <summary>The attempts that count; 0 for items that failed.</summary>
    internal int[] Accepted => [.. attempts.Select((attempt, item) => states[item] == Done ? attempt : 0)];

    internal int AttemptOf(int item) => attempts[item];

    /// <summary>Whether this attempt has done the item.</summary>
    internal bool IsDone(Lease lease) => Is(Done, lease);

    /// <summary>Whether this attempt is the one that works on the item.</summary>
    internal bool Holds(Lease lease) => Is(Running, lease);

    /// <summary>Begins the first item that waits; null where none does.</summary>
    internal int? Begin()
    {
        var item = states.AsSpan().IndexOf(Waiting);
        if (item < 0)
            return null;
        states[item] = Running;
        attempts[item]++;
        return item;
    }

    internal void End(int item, bool failed) => states[item] = failed ? Failed : Done;

    /// <summary>Lets the item wait again.</summary>
    internal void Return(int item) => states[item] = Waiting;

    /// <summary>The same, for an attempt that came to nothing.</summary>
    /// <param name="item">The item.</param>
    /// <param name="progressed">Whether it came further than the attempts before: then they are forgiven.</param>
    /// <returns>How many attempts one after another came to nothing.</returns>
    internal int Lose(int item, bool progressed)
    {
        Return(item);
        return losses[item] = (byte)(progressed ? 1 : Math.Min(byte.MaxValue, losses[item] + 1));
    }

    private bool Is(byte state, Lease lease) =>
        (uint)lease.Item < (uint)Count && states[lease.Item] == state && attempts[lease.Item] == lease.Attempt;
}
