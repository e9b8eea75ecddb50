using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace EosMLNet.Cluster.Tests;

/// <summary>Storage outside all silos, as Redis is: what a silo kept outlives it, and who writes upon another's state is refused.</summary>
internal sealed class KeptStorage
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string Tag)> kept = new();

    internal void AddTo(ISiloBuilder silo) => silo.Services.AddKeyedSingleton<IGrainStorage>(
        EosSiloOptions.Storage, (services, _) => new Access(this, services.GetRequiredService<Serializer>()));

    private sealed class Access(KeptStorage storage, Serializer serializer) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var isKept = storage.kept.TryGetValue(Key(stateName, grainId), out var found);
            grainState.State = isKept ? serializer.Deserialize<T>(found.Bytes) : Activator.CreateInstance<T>();
            (grainState.RecordExists, grainState.ETag) = (isKept, found.Tag);
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var (key, tag) = (Key(stateName, grainId), Guid.NewGuid().ToString());
            lock (storage.kept)
            {
                if (storage.kept.GetValueOrDefault(key).Tag != grainState.ETag)
                    throw new InconsistentStateException("another activation has written");
                storage.kept[key] = (serializer.SerializeToArray(grainState.State), tag);
            }
            (grainState.RecordExists, grainState.ETag) = (true, tag);
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

        private static string Key(string stateName, GrainId grainId) => $"{stateName} {grainId}";
    }
}
