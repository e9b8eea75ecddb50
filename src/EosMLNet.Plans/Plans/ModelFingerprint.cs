namespace EosMLNet.Plans;

/// <summary>
/// What identifies a model's weights, as <c>sha256:…</c>: known, or computed beside other work once somebody wants it. Safe to use
/// from many threads.
/// </summary>
public sealed class ModelFingerprint : IEquatable<ModelFingerprint>
{
    private readonly Lazy<Task<string>> computed;

    /// <summary>A fingerprint that is known.</summary>
    /// <param name="value">The fingerprint.</param>
    public ModelFingerprint(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        computed = new Lazy<Task<string>>(Task.FromResult(value));
    }

    /// <summary>A fingerprint that is computed once, on a thread of its own, when it is first asked for.</summary>
    /// <param name="compute">Computes it. What it throws is thrown to everybody who asks.</param>
    public ModelFingerprint(Func<string> compute) => computed = new Lazy<Task<string>>(
        () => Task.Factory.StartNew(compute, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    /// <summary>Begins to compute it, and does not wait.</summary>
    public void Begin() => _ = computed.Value;

    /// <summary>Waits for the fingerprint.</summary>
    /// <param name="cancellation">Ends the waiting, not the computing.</param>
    /// <returns>The fingerprint.</returns>
    /// <exception cref="EosException">It could not be computed: a file is missing, say.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public string Get(CancellationToken cancellation = default)
    {
        if (!computed.Value.IsCompleted)
            Task.WaitAny([computed.Value], cancellation);
        return computed.Value.GetAwaiter().GetResult();
    }

    /// <summary>Whether both are the same fingerprint. What is one object is not computed for it.</summary>
    /// <param name="other">The other one.</param>
    public bool Equals(ModelFingerprint? other) => ReferenceEquals(this, other) || (other is not null && Get() == other.Get());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelFingerprint);

    /// <summary>The same for all: a hash code is no reason to read gigabytes.</summary>
    public override int GetHashCode() => 0;

    /// <summary>Waits for the fingerprint.</summary>
    public override string ToString() => Get();
}
