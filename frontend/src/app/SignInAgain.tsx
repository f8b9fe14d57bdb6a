import { Button, Modal, Stack, Text } from "@mantine/core";
import { useLocation } from "react-router";
import { useSignInAgain } from "@/api/signIn";
import type { User } from "@/api/types";
import type { Session } from "@/offline/lastSession";
import { SignInForm } from "./SignInForm";

/**
 * Over the page when the session has ended: the same person signs in and goes on where they were. The page behind
 * can't be read meanwhile. The session may be somebody else's, who signed in with this browser in another tab.
 */
export function SignInAgain({ user, session }: { user: User; session: Session }) {
  const signIn = useSignInAgain(user.id);
  const { pathname, search } = useLocation();
  const name = (person: User) => person.full_name || person.username;
  const other = session.user;
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Sign in again"
      centered
      overlayProps={{ blur: 16, backgroundOpacity: 0.8 }}
    >
      <Stack>
        <Text size="sm">
          {other
            ? `${name(other)} signed in with this browser. What ${name(user)} did here is kept.`
            : "Your session has ended. Everything here is kept, and goes on once you are signed in."}
        </Text>
        <SignInForm
          session={session}
          signIn={signIn}
          username={user.username}
          label="Go on"
          next={`${pathname}${search}`}
        />
        <Button variant="subtle" color="gray" onClick={() => window.location.assign("/")}>
          {other ? `Leave this page and go on as ${name(other)}` : "I am somebody else"}
        </Button>
      </Stack>
    </Modal>
  );
}
