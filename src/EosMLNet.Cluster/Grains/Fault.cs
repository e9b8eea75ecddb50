namespace EosMLNet.Cluster.Grains;

/// <summary>An <see cref="EosException"/> on its way between machines.</summary>
[GenerateSerializer, Immutable]
internal sealed record Fault([property: Id(0)] string Code, [property: Id(1)] string Detail)
{
    internal static Fault Of(EosException e) => new(e.Code, e.Line is null ? e.Detail : e.Message[(e.Code.Length + 2)..]);

    /// <summary>A cluster has no job of this name.</summary>
    internal static Fault UnknownJob(string id) => new(EosErrors.UnknownJob,
        $"There is no job '{id}'; `eos cluster status` without a name lists those that there are.");

    internal EosException ToException() => new(Code, Detail);

    /// <summary>Whether another machine, or the same one later, may do better.</summary>
    internal bool MayPass => EosErrors.IsOfEnvironment(Code);
}
