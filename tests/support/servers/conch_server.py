#!/usr/bin/python3
"""Twisted Conch with everything it has switched on. See common.py. It knows no strict key
exchange."""

import common

try:
    from twisted.conch import checkers
    from twisted.conch.avatar import ConchUser
    from twisted.conch.openssh_compat import primes
    from twisted.conch.ssh import factory, keys, session
    from twisted.cred.portal import Portal
    from twisted.internet import defer, protocol, reactor
except ImportError:
    common.need("python3-twisted")


class Relay(protocol.ProcessProtocol):
    """Between a child and its channel."""

    def __init__(self, channel):
        self.channel = channel

    def outReceived(self, data):
        self.channel.write(data)

    def errReceived(self, data):
        self.channel.writeExtended(1, data)

    def processEnded(self, reason):
        status = reason.value.exitCode or 0
        self.channel.conn.sendRequest(self.channel, b"exit-status", status.to_bytes(4, "big"))
        self.channel.loseConnection()


class Channel(session.SSHSession):
    """A session that runs one command, with pipes."""

    child = None

    def request_exec(self, data):
        command = data[4:].decode()
        self.child = reactor.spawnProcess(
            Relay(self), common.SHELL, [common.SHELL, "-c", command], env=None
        )
        return 1

    def dataReceived(self, data):
        self.child.write(data)

    def eofReceived(self):
        self.child.closeStdin()

    def closed(self):
        pass


class Realm:
    def requestAvatar(self, _name, _mind, *interfaces):
        user = ConchUser()
        user.channelLookup[b"session"] = Channel
        return interfaces[0], user, lambda: None


class UserKeys:
    """Any name, these keys."""

    def __init__(self, path):
        self.keys = [keys.Key.fromString(line) for line in common.user_keys(path)]

    def getAuthorizedKeys(self, _name):
        return self.keys


class Factory(factory.SSHFactory):
    def __init__(self, arguments):
        self.host_keys = [keys.Key.fromFile(path) for path in arguments.host_keys]
        checker = checkers.SSHPublicKeyChecker(UserKeys(arguments.user_keys))
        self.portal = Portal(Realm(), [checker])

    def getPublicKeys(self):
        return {key.sshType(): key.public() for key in self.host_keys}

    def getPrivateKeys(self):
        return {key.sshType(): key for key in self.host_keys}

    def getPrimes(self):
        return primes.parseModuliFile("/etc/ssh/moduli")


def main():
    port = reactor.listenTCP(0, Factory(common.arguments()), interface=common.ADDRESS)
    common.tell_port(port.getHost().port)
    reactor.run()


if __name__ == "__main__":
    main()
