using StackExchange.Redis;

namespace EosMLNet.Cluster.Hosting;

/// <summary>Faults of a cluster that cannot be reached, in our words.</summary>
internal static class Reachable
{
    /// <exception cref="EosException">EOS2015: Redis or the silos do not answer.</exception>
    internal static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (Chain(e).OfType<EosException>().FirstOrDefault() is { } ours)
        {
            throw ours;
        }
        catch (Exception e) when (Chain(e).Any(cause => cause is RedisException))
        {
            throw new EosException(EosErrors.ClusterUnreachable,
                "Redis cannot be reached. Start it, and give its address: --redis HOST:PORT, or the variable EOS_REDIS.", e);
        }
        catch (Exception e) when (Chain(e).Any(cause => cause is OrleansException or TimeoutException))
        {
            throw new EosException(EosErrors.ClusterUnreachable,
                $"No silo of the cluster has answered: {e.GetType().Name}. Start one with `eos cluster silo`, and give all of them the " +
                "same Redis, name and authority.", e);
        }
    }

    /// <summary>The same.</summary>
    internal static Task AskAsync(Func<Task> ask) => AskAsync(async () =>
    {
        await ask();
        return true;
    });

    private static IEnumerable<Exception> Chain(Exception? e) => e is null ? []
        : e is AggregateException several ? several.InnerExceptions.SelectMany(Chain) : Chain(e.InnerException).Prepend(e);
}
